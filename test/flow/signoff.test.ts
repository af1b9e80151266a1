import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import type { Actor } from "../../server/context.ts";
import { SCOPES } from "../../server/people/permissions.ts";
import { certificateOf } from "../../server/signoff/certificate.ts";
import { certifySignoff } from "../../server/signoff/certify-signoff.ts";
import { expireWaivers } from "../../server/signoff/expire-waivers.ts";
import { grantWaiver } from "../../server/signoff/grant-waiver.ts";
import { lookAt, type Closing } from "../../server/signoff/look-at.ts";
import { prepareSignoff } from "../../server/signoff/prepare-signoff.ts";
import { reviewSignoff } from "../../server/signoff/review-signoff.ts";
import { suspendSignoffs } from "../../server/signoff/suspend-signoffs.ts";
import { withdrawSignoff } from "../../server/signoff/withdraw-signoff.ts";
import { withdrawWaiver } from "../../server/signoff/withdraw-waiver.ts";
import { standingSignoffs } from "../../server/store/postgres/signoffs.ts";
import { FIGURES, minutesAfter, type KnownFacts } from "../known-facts.ts";
import { berlin, partly, PERIOD, played } from "../played-board.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { closingOver, invited } from "../signed-close.ts";

const SOFT = { entity: "DE01", period: PERIOD, milestone: "soft" };
const HARD = { ...SOFT, milestone: "signed" };
const LATE = { count: "123", debit: "156000.00", credit: "50000.00", net: "106000.00" };

describe.each(POSTGRES_ENGINES)("sign-off on the $engine engine", ({ open }) => {
  let opened: OpenedEngine;
  let facts: KnownFacts;
  let closing: Closing;
  let at: { now: string };
  let accountant: Actor;
  let second: Actor;
  let controller: Actor;
  let other: Actor;
  let cfo: Actor;

  beforeAll(async () => {
    opened = await open();
    const { postgres } = opened;
    accountant = await invited(postgres, "accountant", { email: "ana.ruiz@small.example", entities: ["DE01"] });
    second = await invited(postgres, "accountant");
    controller = await invited(postgres, "controller", { email: "maren@small.example" });
    other = await invited(postgres, "controller");
    cfo = await invited(postgres, "cfo");
  }, 180_000);
  afterAll(() => opened.stop());
  beforeEach(async () => {
    await opened.postgres.command("UPDATE signoffs SET state = 'withdrawn' WHERE state <> 'withdrawn'");
    await opened.postgres.command("UPDATE waivers SET state = 'withdrawn'");
    facts = played(berlin(5, "11:00"));
    at = { now: berlin(5, "11:30") };
    closing = closingOver(opened.postgres, facts, at);
  });

  const prepared = (actor = accountant, target = SOFT) => prepareSignoff(closing, actor, { ...target, statement: "" });
  const next = ({ id, digest }: SignoffRow) => ({ id, digest, statement: "" });
  const reviewed = async (row?: SignoffRow) => reviewSignoff(closing, other, next(row ?? (await prepared())));
  const certified = async (row?: SignoffRow) => certifySignoff(closing, controller, next(row ?? (await reviewed())));
  const cell = async (milestone = "soft") => (await lookAt(closing, cfo, { ...SOFT, milestone })).cell;
  const sweep = async () => suspendSignoffs(closing, await opened.postgres.ask(standingSignoffs, {}));
  const late = () => facts.holds("ledger", "DE01", berlin(5, "11:20"), LATE);

  test("three people sign, and the milestone is met until what they signed changes", async () => {
    expect(await cell()).toMatchObject({ state: "not-due", signoff: { state: "open", next: "prepare" } });
    const row = await prepared();
    expect(row).toMatchObject({
      state: "prepared",
      round: row.round,
      next: "review",
      title: "Soft close",
      close: "soft",
    });
    expect(await cell()).toMatchObject({ state: "running", note: "prepared", progress: 1 / 3 });
    expect((await reviewed(row)).next).toBe("certify");
    const done = await certified(await lookUp(row));
    expect(done).toMatchObject({ state: "certified", next: null, certifiedAt: at.now });
    expect(done.signatures.map(({ step, role }) => `${step} ${role}`)).toEqual([
      "prepare accountant",
      "review controller",
      "certify controller",
    ]);
    expect(await cell()).toMatchObject({ state: "done", timing: "met", metAt: at.now });
    expect(await sweep(), "nothing has changed").toEqual([]);

    late();
    expect(await cell(), "seen at once").toMatchObject({ state: "held", note: "suspended" });
    expect(await sweep()).toEqual([row.id]);
    expect(await sweep(), "recorded once").toEqual([]);
    const ended = await lookUp(row);
    expect(ended).toMatchObject({ state: "suspended", endedAt: at.now, moreChanges: 0, digest: row.digest });
    expect(ended.signatures, "the signatures stay to be seen").toHaveLength(3);
    expect(ended.changes).toContainEqual({
      what: "balance",
      title: "Ledger, net",
      before: "100000.00 EUR",
      after: "106000.00 EUR",
      dataset: "ledger",
    });
    expect((await cell()).why).toContain("Suspended 5 Nov 11:30: Ledger, count: 120 → 123, and 2 more.");
    await expect(prepared(), "and must tie again first").rejects.toMatchObject({ code: "conflict" });

    facts.holds("ledger", "DE01", minutesAfter(at.now, 1), FIGURES);
    expect(await cell(), "what was suspended stays suspended").toMatchObject({ state: "held" });
    const again = await prepared();
    expect(again).toMatchObject({ round: row.round + 1, state: "prepared" });
    expect(await audited(row.id)).toEqual(["signoff.prepare", "signoff.review", "signoff.certify", "signoff.suspend"]);
    expect(await verifyAudit(opened.postgres)).toMatchObject({ intact: true });
  });

  test("loading the same figures again, in any grain of time, suspends nothing", async () => {
    await certified();
    facts.loaded("DE01", berlin(5, "11:20"));
    facts.holds("ledger", "DE01", berlin(5, "11:25"), FIGURES);
    expect(await cell()).toMatchObject({ state: "done" });
    expect(await sweep()).toEqual([]);
  });

  test("figures nobody keeps at hand any more suspend nothing", async () => {
    await certified();
    facts.totals = () => [];
    expect(await sweep()).toEqual([]);
  });

  test("the certificate holds what the digest is of, and its place in the audit log", async () => {
    const row = await certified();
    const certificate = await certificateOf(opened.postgres, accountant, row.id);
    const text = canonicalize(certificate.content) as string;
    expect(createHash("sha256").update(text).digest("hex")).toBe(row.digest);
    expect(certificate.content.balances.map(({ dataset }) => dataset)).toEqual([
      "ledger",
      "extract",
      "message",
      "plan",
      "board",
    ]);
    expect(certificate.audit.map(({ action }) => action)).toEqual([
      "signoff.prepare",
      "signoff.review",
      "signoff.certify",
    ]);
    const stranger = await invited(opened.postgres, "accountant", { entities: ["US01"] });
    await expect(certificateOf(opened.postgres, stranger, row.id)).rejects.toMatchObject({ code: "not-found" });
  });

  describe("different people", () => {
    const people = () => ({ accountant, second, controller, other, cfo });
    const pairs = [
      ["prepare", "review"],
      ["prepare", "certify"],
      ["review", "certify"],
    ] as const;

    test.each(pairs)("who takes the step %s does not %s", async (first, then) => {
      const row = await prepared(first === "prepare" ? controller : accountant);
      const before =
        then === "review" ? row : await reviewSignoff(closing, first === "review" ? controller : other, next(row));
      const step = then === "review" ? reviewSignoff : certifySignoff;
      await expect(step(closing, controller, next(before))).rejects.toMatchObject({
        code: "not-permitted",
        message: expect.stringMatching(/another person must take the next step/),
      });
      expect((await lookUp(row)).signatures).toHaveLength(before.signatures.length);
    });

    test.each(pairs)("nor through another account of the same mailbox: %s, then %s", async (first, then) => {
      const alias = await invited(opened.postgres, "controller", { email: `MAREN+${first}-${then}@small.example` });
      const row = await prepared(first === "prepare" ? alias : accountant);
      const before =
        then === "review" ? row : await reviewSignoff(closing, first === "review" ? alias : other, next(row));
      const step = then === "review" ? reviewSignoff : certifySignoff;
      await expect(step(closing, controller, next(before))).rejects.toMatchObject({ code: "not-permitted" });
    });

    test.each(["prepare", "review", "certify"] as const)("a key with every scope does not %s", async (step) => {
      const key: Actor = { kind: "key", id: "admin", name: "Admin key", role: null, entities: "all", scopes: SCOPES };
      const row = step === "prepare" ? null : await prepared();
      const before = step === "certify" ? await reviewed(row!) : row;
      const act = { prepare: () => prepared(key), review: () => reviewSignoff(closing, key, next(before!)) };
      const doing = step === "certify" ? certifySignoff(closing, key, next(before!)) : act[step]();
      await expect(doing).rejects.toMatchObject({
        code: "not-permitted",
        message: expect.stringMatching(/a key cannot/),
      });
    });

    test("the tables refuse a second signature even where nobody asked", async () => {
      const { id } = await prepared();
      const again = opened.postgres.run(
        `INSERT INTO signatures SELECT signoff_id, 'review', signer, person_id, person_name, role, '', at
         FROM signatures WHERE signoff_id = $1`,
        [id],
      );
      await expect(again).rejects.toThrow(/signatures_signoff_id_signer_key/);
    });

    test("two who review at once are one", async () => {
      const row = await prepared();
      const answers = await Promise.allSettled(
        [controller, other, second].map((each) => reviewSignoff(closing, each, next(row))),
      );
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await lookUp(row)).signatures).toHaveLength(2);
    });

    test.each([
      [
        "an analyst does not review",
        async () => reviewSignoff(closing, await invited(opened.postgres, "analyst"), next(await prepared())),
      ],
      ["an accountant does not certify", async () => certifySignoff(closing, second, next(await reviewed()))],
      [
        "a CFO does not certify what is a controller’s",
        async () => certifySignoff(closing, people().cfo, next(await reviewed())),
      ],
      ["an auditor does not prepare", async () => prepared(await invited(opened.postgres, "auditor"))],
      [
        "nobody certifies what nobody reviewed",
        async () => certifySignoff(closing, controller, next(await prepared())),
      ],
      ["nobody signs an entity out of their scope", async () => prepared(accountant, { ...SOFT, entity: "US01" })],
    ])("%s", async (_what, act) => {
      await expect(act()).rejects.toMatchObject({ code: expect.stringMatching(/not-permitted|conflict|not-found/) });
    });
  });

  test("nothing is signed unseen, and nothing that does not tie", async () => {
    const row = await prepared();
    await expect(reviewSignoff(closing, other, { ...next(row), digest: "0".repeat(64) })).rejects.toMatchObject({
      message: expect.stringContaining("not the sign-off you looked at"),
    });
    late();
    await expect(reviewSignoff(closing, other, next(row))).rejects.toMatchObject({ code: "conflict" });
    expect((await lookUp(row)).state, "and is suspended with the attempt").toBe("suspended");
    await expect(prepared()).rejects.toMatchObject({
      detail: { blockers: expect.arrayContaining([expect.any(String)]) },
    });
  });

  test("a hard close waits for every mandatory gate", async () => {
    facts = played(berlin(4, "11:30"));
    partly(facts, berlin(4, "11:00"));
    at.now = berlin(4, "11:30");
    closing = closingOver(opened.postgres, facts, at);
    await expect(prepared(accountant, HARD)).rejects.toMatchObject({ code: "conflict" });
  });

  test("a sign-off taken back keeps its reason, and another round begins", async () => {
    const row = await certified();
    await expect(withdrawSignoff(closing, second, { id: row.id, reason: "x" })).rejects.toMatchObject({
      code: "not-permitted",
    });
    const back = await withdrawSignoff(closing, accountant, { id: row.id, reason: "An accrual was forgotten" });
    expect(back).toMatchObject({ state: "withdrawn", reason: "An accrual was forgotten", next: null });
    expect(await cell()).toMatchObject({ signoff: { state: "withdrawn", next: "prepare" } });
    await expect(withdrawSignoff(closing, accountant, { id: row.id, reason: "x" })).rejects.toMatchObject({
      code: "conflict",
    });
    expect((await prepared()).round).toBe(row.round + 1);
  });

  describe("waivers", () => {
    const ties = { ...SOFT, milestone: "ties" };
    const waive = (over: object = {}, actor = controller) =>
      grantWaiver(closing, actor, {
        ...{
          ...ties,
          waives: "gate" as const,
          reason: "Booked on the first of next month.",
          expiresAt: berlin(6, "12:00"),
        },
        ...over,
      });

    test("let a gate pass, visibly, until they expire, and what rests on them falls with them", async () => {
      late();
      expect(await cell("ties")).toMatchObject({ state: "held" });
      const waiver = await waive({}, other);
      expect(await cell("ties")).toMatchObject({
        state: "done",
        metAt: at.now,
        waiver: { id: waiver.id, waives: "gate", by: other.name, reason: waiver.reason },
      });
      expect((await cell("ties")).why).toContain(
        `Waived by ${other.name} until 6 Nov 12:00: Booked on the first of next month.`,
      );
      const row = await reviewSignoff(closing, second, next(await prepared()));
      await expect(
        certifySignoff(closing, other, next(row)),
        "who waived it does not certify it",
      ).rejects.toMatchObject({
        code: "not-permitted",
      });
      await certified(row);
      at.now = berlin(6, "12:00");
      expect(await cell("ties")).toMatchObject({ state: "held", waiver: null });
      expect(await expireWaivers(closing)).toBe(1);
      expect(await expireWaivers(closing)).toBe(0);
      expect(await sweep()).toEqual([row.id]);
      expect((await lookUp(row)).changes).toMatchObject([{ what: "waiver", before: "in force", after: null }]);
      expect(await audited(waiver.id, "waiver")).toEqual(["waiver.grant", "waiver.expire"]);
    });

    test("put a deadline off, not the work", async () => {
      at.now = berlin(6, "19:00");
      expect(await cell()).toMatchObject({ state: "held", timing: "missed" });
      await waive({ milestone: "soft", waives: "deadline", expiresAt: berlin(9, "12:00") });
      expect(await cell()).toMatchObject({ state: "not-due", timing: "missed", waiver: { waives: "deadline" } });
    });

    test("are taken back with a reason", async () => {
      late();
      const { id } = await waive();
      await withdrawWaiver(closing, controller, { id, reason: "Found it" });
      expect(await cell("ties")).toMatchObject({ state: "held", waiver: null });
      await expect(withdrawWaiver(closing, controller, { id, reason: "x" })).rejects.toMatchObject({
        code: "conflict",
      });
    });

    test.each([
      ["a signature", { milestone: "soft" }, "conflict"],
      ["what is met", { milestone: "actuals" }, "conflict"],
      ["into the past", { expiresAt: berlin(4, "12:00") }, "invalid-input"],
      ["for ever", { expiresAt: "2027-11-05T12:00:00.000Z" }, "invalid-input"],
      ["what the close does not have", { milestone: "nothing" }, "not-found"],
    ])("are not granted for %s", async (_what, over, code) => {
      late();
      await expect(waive(over)).rejects.toMatchObject({ code });
    });

    test("are a controller’s to grant", async () => {
      late();
      await expect(waive({}, accountant)).rejects.toMatchObject({ code: "not-permitted" });
    });
  });

  async function lookUp({ id }: SignoffRow): Promise<SignoffRow> {
    return (await certificateOf(opened.postgres, cfo, id)).signoff;
  }

  async function audited(id: string, kind = "signoff"): Promise<string[]> {
    const rows = await opened.postgres.run("SELECT action FROM audit_entries WHERE subject = $1 ORDER BY sequence", [
      `${kind}:${id}`,
    ]);
    return (rows as { action: string }[]).map(({ action }) => action);
  }
});
