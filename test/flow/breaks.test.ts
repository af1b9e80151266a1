import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BreakRow } from "../../schemas/wire/break.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { decidedBreaks } from "../../server/breaks/decided-breaks.ts";
import { liveBreakRows } from "../../server/breaks/break-rows.ts";
import { smallEstate } from "../small-estate.ts";
import { openReconcilingTower, type Amounts, type Who } from "./reconciling-tower.ts";

const [whole] = smallEstate().reconciliations;
const ESTATE = smallEstate({
  reconciliations: [
    { ...whole, legs: ["message", "plan"], canary: { leg: "plan", amount: "0.01" } },
    {
      ...whole,
      id: "lax",
      title: "Lax",
      legs: ["message", "plan"],
      tolerance: { absolute: "5" },
      canary: { leg: "plan", amount: "1" },
    },
  ],
});
const WHOLE: Amounts = { count: "120", debit: "150000.00", credit: "50000.00", net: "100000.00" };
const short = (amount: number): Amounts => ({
  ...WHOLE,
  debit: (150_000 - amount).toFixed(2),
  net: (100_000 - amount).toFixed(2),
});
const FIRST = "2026-11-02T09:00:00.000Z";

let tower: Awaited<ReturnType<typeof openReconcilingTower>>;
beforeAll(async () => {
  tower = await openReconcilingTower(ESTATE);
});
afterAll(() => tower.close());

const breaks = async (who: Who = "controller"): Promise<BreakRow[]> =>
  (await tower.ask(who, "/breaks?period=2026-10&rule=tie-out")).body.breaks;
const only = async (): Promise<BreakRow> => (await breaks())[0]!;
const act = async (who: Who, name: string, asked: object = {}) => {
  const { id } = await only();
  return (await tower.ask(who, `/breaks/${name}`, { ids: [id], ...asked })).body;
};
const explain = (who: Who, text = "Unposted accrual") => act(who, "explain", { reason: "timing", text });
const review = (who: Who) => act(who, "review", { approved: true, text: "Agreed with the ledger" });

describe("a break's life", () => {
  test("begins when a check finds it, with its cause, and stands on the matrix against materiality", async () => {
    await tower.loads(FIRST, { message: WHOLE, plan: short(22_231.55) });
    await tower.check();
    expect(await breaks()).toEqual([
      expect.objectContaining({
        ...{
          rule: "tie-out",
          hop: "plan",
          entity: "DE01",
          amount: "-22231.55",
          unit: "EUR",
          state: "open",
          present: true,
        },
        ...{
          material: true,
          cause: "unknown",
          age: { workDays: 0, days: 0, bucket: "0-2 WD" },
          parent: null,
          revision: 1,
        },
      }),
    ]);
    const { rows } = (await tower.ask("controller", "/reconciliations/matrix?period=2026-10")).body;
    expect(rows["cell:tie-out:DE01"]).toMatchObject({
      state: "off",
      atRisk: "22231.55",
      openBreaks: 1,
      materiality: "100.00",
    });
    expect(rows["rule:tie-out"]).toMatchObject({
      state: "off",
      canary: { state: "found" },
      approval: { state: "none" },
    });
    expect(rows.head).toMatchObject({
      openBreaks: 1,
      unassigned: 1,
      atRisk: [{ currency: "EUR", amount: "22231.55" }],
    });
  });

  test("a rule that misses its canary is broken, and what it says is no break", async () => {
    const { rows } = (await tower.ask("controller", "/reconciliations/matrix?period=2026-10")).body;
    expect(rows["rule:lax"]).toMatchObject({ state: "broken", canary: { state: "missed" } });
    expect((await tower.ask("controller", "/breaks?rule=lax")).body.breaks).toEqual([]);
  });

  test("checking again, and in another process, changes nothing", async () => {
    const before = await only();
    await tower.check();
    await tower.restart();
    expect(await breaks()).toEqual([before]);
    expect(
      (await tower.ask("auditor", "/reconciliations/results?rule=tie-out&entity=DE01&period=2026-10")).body.results,
    ).toHaveLength(1);
  });

  test("only people decide, each within their duties and entities", async () => {
    expect((await explain("key")).code).toBe("not-permitted");
    expect((await explain("auditor")).code).toBe("not-permitted");
    const us = tower.ask("accountant", "/breaks?entity=US01");
    expect((await us).status).toBe(404);
  });

  test("nobody reviews or settles what they explained", async () => {
    expect((await explain("accountant")).done[0]).toMatchObject({ state: "explained", assignee: { name: "Ana Ruiz" } });
    expect(await review("accountant")).toMatchObject({
      done: [],
      refused: [{ code: "not-permitted", reason: "You explained this break; another person must review it." }],
    });
    expect((await act("controller", "settle", { as: "adjusted", text: "x" })).refused[0]!.code).toBe("conflict");
    expect((await review("controller")).done[0]).toMatchObject({
      state: "reviewed",
      review: { by: { name: "Maren Vogt" } },
    });
    expect((await act("accountant", "settle", { as: "adjusted", text: "x" })).refused[0]!.code).toBe("not-permitted");
  });

  test("explained and approved, the rule is settled for the close", async () => {
    const { rows } = (await tower.ask("controller", "/reconciliations/matrix?period=2026-10")).body;
    expect(rows["cell:tie-out:DE01"]).toMatchObject({ state: "settled", atRisk: "0.00", openBreaks: 0 });
    expect((await decidedBreaks(tower.ctx.postgres, "2026-10")).get("DE01")).toMatchObject({
      settled: ["tie-out"],
      explanations: [{ amount: "-22231.55", by: "Ana Ruiz", approvedBy: "Maren Vogt" }],
    });
  });

  test("an amount that changes opens it again at the age it has; what was said stays in its life", async () => {
    tower.at("2026-11-11T10:00:00.000Z");
    await tower.loads("2026-11-11T09:00:00.000Z", { message: WHOLE, plan: short(10) });
    await tower.check();
    expect(await only()).toMatchObject({
      ...{ state: "assigned", amount: "-10.00", material: false, explanation: null, review: null, reopened: 1 },
      age: { workDays: 5, days: 7, bucket: "3-5 WD" },
    });
    const { steps } = (await tower.ask("auditor", `/breaks/${(await only()).id}`)).body;
    expect(steps.map(({ act: name, to }: { act: string; to: string }) => [name, to])).toEqual([
      ["found", "open"],
      ["explain", "explained"],
      ["review", "reviewed"],
      ["reopened", "assigned"],
    ]);
  });

  test("someone who saw it before the change is asked to look again", async () => {
    const { id, revision } = await only();
    const stale = { ids: [id], revisions: { [id]: revision - 1 }, reason: "timing", text: "Seen" };
    expect((await tower.ask("accountant", "/breaks/explain", stale)).body.refused).toMatchObject([
      { code: "conflict" },
    ]);
  });

  test("carried into the next period it keeps its age and names its parent", async () => {
    tower.at("2026-12-02T10:00:00.000Z");
    await tower.loads("2026-12-02T09:00:00.000Z", { message: WHOLE, plan: short(10) }, "2026-11");
    await tower.check("2026-11");
    const list: BreakRow[] = (await tower.ask("controller", "/breaks?period=2026-11&rule=tie-out")).body.breaks;
    const [october, november] = list.toSorted((a, b) => (a.period < b.period ? -1 : 1));
    expect(november).toMatchObject({ period: "2026-11", parent: october!.id, firstSeenAt: october!.firstSeenAt });
    expect(november!.age.bucket).toBe("≤ 30 d");
  });

  test("ties again and is resolved; a hop that is not compared resolves nothing", async () => {
    await tower.loads("2026-12-02T09:30:00.000Z", { message: WHOLE });
    await tower.check();
    expect(await only()).toMatchObject({ state: "assigned", present: true });
    await tower.loads("2026-12-02T09:30:00.000Z", { plan: WHOLE });
    await tower.check();
    expect(await only()).toMatchObject({ state: "resolved", present: false });
    await tower.loads("2026-12-02T09:45:00.000Z", { message: WHOLE, plan: short(10) });
    await tower.check();
    expect(await only()).toMatchObject({
      state: "assigned",
      present: true,
      reopened: 2,
      firstSeenAt: "2026-11-04T10:00:00.000Z",
    });
  });
});

describe("beside a break", () => {
  test("comments and small files stay, with the file's hash in the audit log", async () => {
    const { id } = await only();
    expect((await tower.ask("accountant", `/breaks/${id}/comments`, { text: "Asked the bank" })).status).toBe(201);
    const send = (body: Uint8Array<ArrayBuffer> | string) =>
      tower.request("accountant", `/breaks/${id}/attachments?name=mail.txt`, { method: "POST", body });
    const kept = await send("From the bank");
    expect(kept.status).toBe(201);
    expect((await send("")).status).toBe(400);
    expect((await send(new Uint8Array(1024 * 1024 + 1))).status).toBe(413);
    const { attachments, comments, row } = (await tower.ask("auditor", `/breaks/${id}`)).body;
    expect(comments).toMatchObject([{ text: "Asked the bank", by: { name: "Ana Ruiz" } }]);
    expect(row).toMatchObject({ comments: 1, attachments: 1 });
    const file = await tower.request("auditor", `/breaks/${id}/attachments/${attachments[0]!.id}`);
    expect(await file.text()).toBe("From the bank");
    // A browser takes it away and runs nothing of it, whatever its sender called it.
    expect(file.headers.get("content-type")).toBe("application/octet-stream");
    expect(file.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''mail.txt");
    const audited = await tower.ctx.postgres.run(
      "SELECT body ->> 'action' AS action, body -> 'detail' ->> 'sha256' AS sha256 FROM audit_entries WHERE action = 'break.attach'",
      [],
    );
    expect(audited).toEqual([{ action: "break.attach", sha256: attachments[0]!.sha256 }]);
  });

  test("every change has its entry in the log, and the log holds", async () => {
    expect(await verifyAudit(tower.ctx.postgres)).toMatchObject({ intact: true });
    await expect(tower.ctx.postgres.command("DELETE FROM break_steps")).rejects.toThrow("only ever added to");
  });

  test("the live list shows people their own entities", async () => {
    expect(Object.keys(await liveBreakRows(tower.ctx, { entities: ["US01"] }))).toEqual([]);
    expect(Object.values(await liveBreakRows(tower.ctx, { entities: ["DE01"] })).map(({ rule }) => rule)).toContain(
      "tie-out",
    );
  });
});

describe("stored results", () => {
  test("can be computed again and proven, though figures have moved on since", async () => {
    const { results } = (await tower.ask("auditor", "/reconciliations/results?rule=tie-out&period=2026-10")).body;
    expect(results.length).toBeGreaterThan(3);
    for (const { id } of results) {
      const again = (await tower.ask("auditor", `/reconciliations/results/${id}/recompute`, {})).body;
      expect(again).toMatchObject({ proven: true, inputsUnchanged: true, differs: [] });
    }
  });

  test("a report that is gone or altered is told", async () => {
    const [result] = (await tower.ask("auditor", "/reconciliations/results?rule=tie-out&entity=DE01&period=2026-11"))
      .body.results;
    await tower.ctx.clickhouse.command(
      "ALTER TABLE control_totals DELETE WHERE period = '2026-11' AND name = 'PLAN' SETTINGS mutations_sync = 2",
    );
    expect((await tower.ask("auditor", `/reconciliations/results/${result!.id}/recompute`, {})).body).toMatchObject({
      proven: false,
      inputsUnchanged: false,
      differs: ["The totals of plan are not those of the check.", "The verdict is another one."],
    });
  });

  test("checks on demand tell what is not settled", async () => {
    const asked = { period: "2026-10", rule: "tie-out", entities: ["DE01"] };
    expect((await tower.ask("controller", "/reconciliations/check", asked)).body).toMatchObject({
      unexplained: 1,
      checks: [
        { rule: "tie-out", entity: "DE01", state: "off", difference: "-10.00", unexplained: [{ amount: "-10.00" }] },
      ],
    });
    expect((await tower.ask("controller", "/reconciliations/check", { ...asked, rule: "mars" })).status).toBe(404);
  });

  test("a rule is drilled to the cells that differ", async () => {
    const { hops } = (await tower.ask("accountant", "/reconciliations/tie-out/DE01?period=2026-10")).body;
    expect(hops[1]!.cells.map(({ measure, unexplained }) => [measure, unexplained])).toEqual([
      ["debit", "10.00"],
      ["net", "10.00"],
    ]);
    expect(hops[1]!.cells[1]!.breakId).toBe((await only()).id);
  });
});
