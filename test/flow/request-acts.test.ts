import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { RequestRow } from "../../schemas/wire/live.ts";
import type { RequestBody } from "../../schemas/wire/request.ts";
import type { Actor } from "../../server/context.ts";
import { Fault } from "../../server/fault.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import { approve, breakGlass, reject } from "../../server/requests/approve-request.ts";
import { askRequest } from "../../server/requests/ask-request.ts";
import { cancelRequest, pauseRequest, resumeRequest } from "../../server/requests/change-request.ts";
import { delegate } from "../../server/requests/delegate.ts";
import { deskRows } from "../../server/requests/desk-rows.ts";
import { confirmStep, discardStep, redriveStep, skipStep } from "../../server/requests/mend-step.ts";
import { planRequest } from "../../server/requests/plan-request.ts";
import { requestDetail } from "../../server/requests/request-detail.ts";
import { insertPerson, setDuty } from "../../server/store/postgres/people.ts";
import type { Role } from "../../schemas/estate/role.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import {
  ENGINEER,
  ledgerVendor,
  openRequestTower,
  priorRuns,
  sceneEstate,
  type RequestTower,
} from "../request-scene.ts";

const APPROVALS = [
  { id: "shared", acts: ["recollect"], approvals: "two" },
  { id: "again", acts: ["replay"], approvals: "one" },
  { id: "let-go-on", acts: ["unfreeze"], approvals: "one" },
  { id: "free", approvals: "none" },
];
const RUNBOOK = "# Mend\n\n1. Look.\n2. Run it. `do: sync dataset=actuals`\n3. Tell everybody. `do: confirm`\n";

function person(id: string, name: string, role: Role): Actor {
  return { kind: "person", id, name, role, entities: "all", scopes: ROLE_SCOPES[role] };
}
const CONTROLLER = person("p-con", "Maren Vogt", "controller");
const CFO = person("p-cfo", "David Okafor", "cfo");
const ANALYST = person("p-ana", "Claire Lefèvre", "analyst");
const TWIN = person("p-twin", "Maren Vogt", "controller");
const KEY: Actor = { ...CONTROLLER, kind: "key", id: "admin", name: "Admin key", role: null };

describe("requests of several steps", () => {
  let opened: OpenedEngine;
  let tower: RequestTower;
  let fails: Set<string>;
  let denies: Set<string>;
  const touches: string[] = [];
  const estate = sceneEstate(3, undefined, {
    approvals: APPROVALS,
    runbooks: [{ id: "mend", title: "Mend", file: "mend.md", text: RUNBOOK }],
    schedules: [{ id: "sunday", title: "Sundays", flow: "actuals", cron: "0 6 * * 0", owner: "engineer" }],
  });
  const vendor = ledgerVendor({
    ...{ callMilliseconds: 1, runMilliseconds: 150, failing: (job: string) => fails.has(job) },
    denying: (job: string) => denies.has(job),
    changed: (run) => tower?.hear(run),
  });
  const ids = priorRuns(estate).map(({ runId }) => runId);

  beforeAll(async () => {
    opened = await POSTGRES_ENGINES[0]!.open();
    const touch = (topic: string) => void touches.push(topic);
    const again = {
      check: async () => {},
      resubmit: () => Promise.reject(new Fault("unacceptable-event", "eventTime cannot be read.")),
    };
    tower = await openRequestTower(opened.postgres, estate, vendor, { touch, again: again as never });
    for (const run of priorRuns(estate)) tower.hear(run);
    for (const { id, name, role } of [ENGINEER, CONTROLLER, CFO, ANALYST, TWIN]) {
      await opened.postgres.ask(insertPerson, { id, name, email: `${id}@small.example` });
      await opened.postgres.ask(setDuty, { personId: id, role: role!, entities: null });
    }
  }, 240_000);
  afterAll(async () => {
    await tower?.stop();
    await opened?.stop();
  });
  beforeEach(async () => {
    fails = new Set();
    denies = new Set();
    await opened.postgres.command(
      "UPDATE requests SET state = 'failed' WHERE state IN ('waiting', 'requested', 'dispatched', 'running', 'paused'); UPDATE request_steps SET state = 'cancelled' WHERE state NOT IN ('done', 'skipped'); UPDATE freezes SET lifted_at = now()",
    );
  });

  const ask = async (actor: Actor, body: Partial<RequestBody>) => {
    const asked = { act: "sync" as const, reason: "test", ...body };
    return (await askRequest(tower.ctx, actor, asked, { idempotencyKey: null })).request;
  };
  const replay = (actor: Actor = ENGINEER) => ask(actor, { act: "replay", runs: ids });
  const detail = (id: string) => requestDetail(tower.ctx, { entities: "all" }, id);
  const reaches = (id: string, state: RequestRow["state"]) =>
    vi.waitFor(async () => expect((await detail(id)).request).toMatchObject({ state }), {
      timeout: 15_000,
      interval: 30,
    });
  const decision = async (id: string) => ({
    id,
    digest: (await detail(id)).plan!.digest,
    statement: "agreed to it today",
  });
  const step = async (id: string, name: string) => (await detail(id)).steps.find((each) => each.step === name)!;

  test("agreed to by another, a replay runs along the lineage, each load once, and reports what changed", async () => {
    const before = vendor.ledger.length;
    const request = await replay();
    expect(request).toMatchObject({ state: "waiting", approval: { needed: 1, given: 0 }, progress: { total: 6 } });
    await approve(tower.ctx, CONTROLLER, await decision(request.id));
    await reaches(request.id, "completed");
    const { steps, log, approvals } = await detail(request.id);
    expect(steps.every(({ state }) => state === "done")).toBe(true);
    for (const each of steps) {
      for (const name of each.after) {
        const earlier = steps.find((other) => other.step === name)!;
        expect(earlier.endedAt! <= each.dispatchedAt!).toBe(true);
      }
    }
    expect(vendor.ledger.length - before).toBe(6);
    expect(approvals).toMatchObject([{ name: "Maren Vogt", decision: "approve" }]);
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["create", "approve", "dispatch", "completed"]),
    );
    await vi.waitFor(async () => expect((await detail(request.id)).report?.text).toContain("ties"), {
      timeout: 10_000,
    });
  });

  test.each([
    ["whoever asked", CONTROLLER, CONTROLLER, /asked for this/],
    ["another account of whoever asked", CONTROLLER, TWIN, /asked for this/],
    ["a key", ENGINEER, KEY, /a key cannot approve/],
    ["somebody without the right", ENGINEER, ANALYST, /may not agree/],
  ])("%s cannot agree", async (_who, asker, decider, message) => {
    const request = await replay(asker);
    await expect(approve(tower.ctx, decider, await decision(request.id))).rejects.toThrow(message);
    expect((await detail(request.id)).request.state).toBe("waiting");
  });

  test("who stands in for somebody absent agrees in their place, never in the place of whoever asked", async () => {
    const now = Date.now();
    const span = { fromAt: new Date(now - 1000).toISOString(), untilAt: new Date(now + 86_400_000).toISOString() };
    await delegate(tower.ctx, CONTROLLER, { to: ANALYST.id, ...span, reason: "on leave" });
    const own = await replay(CONTROLLER);
    await expect(approve(tower.ctx, ANALYST, await decision(own.id))).rejects.toThrow(/comes from Maren Vogt/);
    const other = await replay(ENGINEER);
    await approve(tower.ctx, ANALYST, await decision(other.id));
    expect((await detail(other.id)).approvals).toMatchObject([{ name: "Claire Lefèvre", onBehalfOf: ["Maren Vogt"] }]);
    await expect(approve(tower.ctx, CONTROLLER, await decision(other.id))).rejects.toThrow(/waits for nobody/);
  });

  test("agreement to another plan than the one looked at is refused, and one that is no longer true is withdrawn", async () => {
    const request = await replay();
    const stale = { ...(await decision(request.id)), digest: "0".repeat(64) };
    await expect(approve(tower.ctx, CONTROLLER, stale)).rejects.toThrow(/not the plan you looked at/);
    // Agreed to, and before it begins its window no longer holds what it held.
    await opened.postgres.run("UPDATE requests SET digest = $2 WHERE id = $1", [request.id, "f".repeat(64)]);
    await opened.postgres.run("UPDATE requests SET state = 'requested', approved_at = now() WHERE id = $1", [
      request.id,
    ]);
    await tower.ctx.enqueue("request.advance", { id: request.id });
    await reaches(request.id, "withdrawn");
    expect((await detail(request.id)).steps.every(({ state }) => state === "waiting")).toBe(true);
  });

  test("a refusal ends it, and the glass can be broken with a reason that stays", async () => {
    const refused = await replay();
    await reject(tower.ctx, CFO, { ...(await decision(refused.id)), statement: "Not before noon" });
    expect((await detail(refused.id)).request).toMatchObject({
      state: "rejected",
      outcome: expect.stringContaining("noon"),
    });
    const urgent = await replay();
    const said = await decision(urgent.id);
    await expect(breakGlass(tower.ctx, ENGINEER, said)).rejects.toMatchObject({ code: "not-permitted" });
    await expect(breakGlass(tower.ctx, CONTROLLER, { ...said, statement: "now" })).rejects.toThrow(/cannot wait/);
    await breakGlass(tower.ctx, CONTROLLER, { ...said, statement: "The board meets in an hour" });
    await reaches(urgent.id, "completed");
    expect((await detail(urgent.id)).request.approval.brokenGlass).toBe(true);
  });

  test("a step that fails blocks what waits for it; mended it goes on under a new key, and what is done stays done", async () => {
    fails.add("Load Actuals E0002");
    const request = await replay();
    await approve(tower.ctx, CONTROLLER, await decision(request.id));
    await reaches(request.id, "failed");
    const steps = (await detail(request.id)).steps;
    expect(steps.filter(({ state }) => state === "done")).toHaveLength(4);
    expect(steps.filter(({ state }) => state === "blocked")).toMatchObject([{ entity: "E0002" }]);
    const failed = steps.find(({ state }) => state === "failed")!;
    expect(failed).toMatchObject({ job: "Load Actuals E0002", outcome: "The period is shut.", fault: "failed" });
    expect(await deskRows(tower.ctx, "all")).toHaveProperty([`dead:${request.id}:${failed.step}`]);
    const mending = { id: request.id, step: failed.step, reason: "Opened the period" };
    await expect(redriveStep(tower.ctx, CONTROLLER, mending)).rejects.toMatchObject({ code: "not-permitted" });
    await expect(redriveStep(tower.ctx, ENGINEER, { ...mending, parameters: { colour: "red" } })).rejects.toThrow(
      /no parameter colour/,
    );
    fails.clear();
    const before = vendor.ledger.length;
    await redriveStep(tower.ctx, ENGINEER, { ...mending, parameters: { period: "2026-11" } });
    await reaches(request.id, "completed");
    expect(vendor.ledger.length - before).toBe(2);
    expect(await step(request.id, failed.step)).toMatchObject({ attempt: 2, state: "done" });
  });

  test("a failed step is skipped or given up with a reason, and the request ends accordingly", async () => {
    fails.add("Load Actuals E0001");
    const one = async () =>
      ask(ENGINEER, { flow: "actuals", entities: ["E0001"], dataset: "actuals", period: "2026-10" });
    const skipped = await one();
    await reaches(skipped.id, "failed");
    await skipStep(tower.ctx, ENGINEER, { id: skipped.id, step: "s1", reason: "Loaded by hand" });
    await reaches(skipped.id, "completed");
    const given = await one();
    await reaches(given.id, "failed");
    await discardStep(tower.ctx, ENGINEER, { id: given.id, step: "s1", reason: "Not needed" });
    expect((await step(given.id, "s1")).resolution).toMatchObject({ act: "discard", reason: "Not needed" });
    await expect(redriveStep(tower.ctx, ENGINEER, { id: given.id, step: "s1", reason: "x" })).rejects.toThrow(
      /dealt with/,
    );
  });

  test("paused nothing further begins; cancelled what runs is stopped and the rest never starts", async () => {
    const request = await replay();
    await approve(tower.ctx, CONTROLLER, await decision(request.id));
    await pauseRequest(tower.ctx, ENGINEER, request.id, "Look first");
    await vi.waitFor(async () => expect((await detail(request.id)).request.progress.underWay).toBe(0), {
      timeout: 5_000,
    });
    const posted = vendor.ledger.length;
    await tower.ctx.enqueue("request.advance", { id: request.id });
    await new Promise((wait) => setTimeout(wait, 200));
    expect(vendor.ledger.length).toBe(posted);
    await resumeRequest(tower.ctx, ENGINEER, request.id, "Fine");
    await cancelRequest(tower.ctx, ENGINEER, request.id, "Changed my mind");
    await vi.waitFor(
      async () => expect(["cancelled", "completed"]).toContain((await detail(request.id)).request.state),
      { timeout: 10_000 },
    );
    await expect(cancelRequest(tower.ctx, ENGINEER, request.id, "again")).rejects.toMatchObject({ code: "conflict" });
  });

  test("a cancelled load that runs to its end anyway says so", async () => {
    vendor.stubborn(true);
    const request = await ask(ENGINEER, {
      flow: "actuals",
      entities: ["E0002"],
      dataset: "actuals",
      period: "2026-10",
    });
    await reaches(request.id, "running");
    await cancelRequest(tower.ctx, ENGINEER, request.id, "Wrong entity");
    await vi.waitFor(
      async () => expect((await detail(request.id)).request.outcome).toContain("ran to its end anyway"),
      {
        timeout: 10_000,
      },
    );
    expect(await step(request.id, "s1")).toMatchObject({ state: "done", fault: "cancelled-late" });
    vendor.stubborn(false);
  });

  test("a vendor that takes a load on and then denies it ends it in its words; asked anew it posts once", async () => {
    denies.add("Load Actuals E0003");
    const before = vendor.ledger.length;
    const request = await ask(ENGINEER, {
      ...{ flow: "actuals", entities: ["E0003"], dataset: "actuals", period: "2026-10" },
    });
    await reaches(request.id, "failed");
    const denied = await step(request.id, "s1");
    expect(denied).toMatchObject({ state: "failed", attempt: 1, outcome: expect.stringContaining("may not start it") });
    expect((await detail(request.id)).request.outcome).toContain("may not start it");
    expect(vendor.ledger.length).toBe(before);
    denies.clear();
    await redriveStep(tower.ctx, ENGINEER, { id: request.id, step: "s1", reason: "The right was given" });
    await reaches(request.id, "completed");
    expect(vendor.ledger.length).toBe(before + 1);
    expect(await step(request.id, "s1")).toMatchObject({ state: "done", attempt: 2 });
  });

  test("a correction that cannot be accepted ends as refused, with its reason", async () => {
    const request = await ask(ENGINEER, { act: "resubmit", items: [{ id: "q-1", text: '{"eventTime": 7}' }] });
    await reaches(request.id, "refused");
    expect(await step(request.id, "s1")).toMatchObject({ state: "failed", outcome: "eventTime cannot be read." });
  });

  test("a freeze holds loads visibly until another person lets them go on", async () => {
    const freeze = await ask(CONTROLLER, { act: "freeze", scope: "flow", flow: "actuals" });
    await reaches(freeze.id, "completed");
    const held = await ask(ENGINEER, { flow: "actuals", entities: ["E0003"], dataset: "actuals", period: "2026-10" });
    await vi.waitFor(async () => expect((await detail(held.id)).request.heldBy).toContain("Freeze"), {
      timeout: 5_000,
    });
    const lift = await ask(CONTROLLER, { act: "unfreeze" });
    expect(lift.state).toBe("waiting");
    await approve(tower.ctx, CFO, await decision(lift.id));
    await reaches(held.id, "completed");
    expect(Object.values(await deskRows(tower.ctx, "all")).filter(({ kind }) => kind === "freeze")).toEqual([]);
  });

  test("a runbook asks for a person where it says so, and goes on once they confirm", async () => {
    const request = await ask(ENGINEER, { act: "runbook", runbook: "mend", flow: "actuals", entities: ["E0001"] });
    await vi.waitFor(async () => expect(await step(request.id, "s1")).toMatchObject({ state: "asking" }), {
      timeout: 5_000,
    });
    await confirmStep(tower.ctx, ENGINEER, { id: request.id, step: "s1", reason: "Looked" });
    await vi.waitFor(async () => expect(await step(request.id, "s3")).toMatchObject({ state: "asking" }), {
      timeout: 10_000,
    });
    expect(await step(request.id, "s2")).toMatchObject({ state: "done", job: "Load Actuals E0001" });
    await confirmStep(tower.ctx, ENGINEER, { id: request.id, step: "s3", reason: "Told them" });
    await reaches(request.id, "completed");
  });

  test.each([
    ["a period the estate has not", { flow: "actuals", period: "2026-13" }, "not-found"],
    ["a flow nobody declared", { flow: "mars" }, "not-found"],
    ["a sync of nothing", {}, "invalid-input"],
    ["a recollect without a date", { act: "recollect" as const, system: "plan" }, "invalid-input"],
    [
      "a window that matches nothing",
      { act: "replay" as const, flow: "actuals", only: "rejected" as const },
      "conflict",
    ],
    ["a run that is not there", { act: "replay" as const, runs: ["mars"] }, "conflict"],
    ["a plan looked at another time", { flow: "actuals", digest: "0".repeat(64) }, "conflict"],
  ])("%s is refused with its reason", async (_what, body, code) => {
    await expect(ask(ENGINEER, body)).rejects.toMatchObject({ code });
  });

  test("a dry run keeps nothing", async () => {
    const counted = () => opened.postgres.run("SELECT count(*)::int AS n FROM requests", []);
    const before = await counted();
    const plan = await planRequest(tower.ctx, ENGINEER, { act: "sync", flow: "actuals", reason: "look" });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(["drive", "drive", "drive", "follow", "follow", "follow"]);
    expect(await counted()).toEqual(before);
  });

  test("the desk tells when schedules come due next", async () => {
    const rows = Object.values(await deskRows(tower.ctx, "all"));
    const [schedule] = rows.flatMap((row) => (row.kind === "schedule" ? [row.schedule] : []));
    expect(schedule).toMatchObject({ id: "sunday", when: "0 6 * * 0 in group time" });
    expect(new Date(schedule!.next[0]!.at).getUTCDay()).toBe(0);
  });
});
