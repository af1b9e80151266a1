import { setTimeout as wait } from "node:timers/promises";
import { faithfulVendor } from "./faithful-vendor.ts";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { VendorError, type TriggerInput } from "../../collectors/collector.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Run } from "../../schemas/run.ts";
import type { RequestRow } from "../../schemas/wire/live.ts";
import { createApp } from "../../server/app.ts";
import type { Actor, Context } from "../../server/context.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import { recoverRequests } from "../../server/requests/recover-requests.ts";
import { expireRequest } from "../../server/requests/expire-request.ts";
import { requestRows } from "../../server/requests/request-rows.ts";
import { settleRequests } from "../../server/requests/settle-requests.ts";
import { requestRoutes } from "../../server/routes/requests.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { openTasks, type Tasks } from "../../server/tasks/boss.ts";
import { TASKS } from "../../server/tasks/index.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { declaredLineage } from "../declared-lineage.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";
import { ACCOUNTANT, ASKED, ENGINEER, requestRerun, RUN } from "../planning-run.ts";

describe.each(POSTGRES_ENGINES)("requests on the $engine engine", ({ open }) => {
  let opened: OpenedEngine;
  let ctx: Context;
  let tasks: Tasks;
  let planning: ReturnType<typeof faithfulVendor>;
  let told: RunEvent[];
  let known: Map<string, Run>;

  beforeAll(async () => {
    opened = await open();
    ctx = {
      postgres: opened.postgres,
      clock: { now: () => new Date("2026-11-04T10:00:00.000Z") },
      estate: PLANNING_ESTATE,
      lineage: declaredLineage(PLANNING_ESTATE),
      log: pino({ level: "silent" }),
      drivers: new Map([["plan", { trigger: (input: TriggerInput) => planning.trigger(input) }]]),
      facts: {
        runsInto: () => [
          { ...RUN, correlationId: "GLA-2026-10-DE01-000124" },
          { ...RUN, state: "COMPLETED", correlationId: "GLA-2026-10-DE01-000123" },
        ],
        run: (id: string) => known.get(id) ?? null,
        periodStatuses: () => [],
      },
      accept: async (events: RunEvent[]) => void told.push(...events),
      enqueue: (...task: Parameters<Context["enqueue"]>) => tasks.enqueue(...task),
      again: { check: async () => {} },
      touch: () => {},
    } as unknown as Context;
    tasks = await openTasks(ctx, TASKS);
    await tasks.work();
  }, 60_000);
  afterAll(async () => {
    await tasks.stop();
    await opened.stop();
  });
  beforeEach(async () => {
    await opened.postgres.command("UPDATE requests SET state = 'failed'; UPDATE request_steps SET state = 'failed'");
    planning = faithfulVendor();
    told = [];
    known = new Map();
  });

  const row = async (id: string) => (await requestRows(ctx, { entities: "all" }))[id] as RequestRow;
  const reaches = (id: string, state: RequestRow["state"]) =>
    vi.waitFor(async () => expect(await row(id)).toMatchObject({ state }), { timeout: 10_000, interval: 25 });
  const mine = (id: string) => told.filter((event) => event.run.runId === id);
  const calls = (id: string) => planning.calls.filter((call) => call.idempotencyKey === id);
  const counted = () =>
    opened.postgres.run(
      `SELECT (SELECT count(*)::int FROM requests) AS requests, (SELECT count(*)::int FROM audit_entries) AS entries,
        (SELECT count(*)::int FROM tasks.job WHERE name = 'request.advance') AS tasks`,
      [],
    );
  const audited = async (id: string) => {
    const rows = await opened.postgres.run("SELECT action FROM audit_entries WHERE subject = $1 ORDER BY sequence", [
      `request:${id}`,
    ]);
    return (rows as { action: string }[]).map(({ action }) => action);
  };

  test("one request goes from a click to the vendor's end, with its correlation, events and audit entries", async () => {
    const { request, adopted } = await requestRerun(ctx, ACCOUNTANT, ASKED);
    expect(adopted).toBe(false);
    expect(request).toMatchObject({ state: "requested", requestedBy: "Ana Ruiz", act: "sync" });
    await reaches(request.id, "dispatched");
    expect(calls(request.id)).toEqual([
      {
        job: "Load Actuals DE01",
        parameters: { period: "2026-10" },
        idempotencyKey: request.id,
        requestedAt: "2026-11-04T10:00:00.000Z",
      },
    ]);
    const dispatched = await row(request.id);
    expect(dispatched.correlationId).toBe("GLA-2026-10-DE01-000123");
    await vi.waitFor(() => expect(mine(request.id)).toHaveLength(1), { timeout: 10_000 });
    expect(mine(request.id)[0]).toMatchObject({
      eventType: "START",
      job: { namespace: "tieout://small", name: "request rerun actuals" },
      run: {
        runId: request.id,
        facets: {
          tieout_correlation: { correlationId: "GLA-2026-10-DE01-000123", causationId: request.id },
          jobDependencies: { downstream: [{ run: { runId: dispatched.runId } }] },
        },
      },
    });

    const run = { ...RUN, runId: dispatched.runId as string };
    await settleRequests(ctx, [{ ...run, state: "NEW" }]);
    expect((await row(request.id)).state).toBe("dispatched");
    await settleRequests(ctx, [run]);
    expect((await row(request.id)).state).toBe("running");
    await settleRequests(ctx, [{ ...run, state: "COMPLETED" }]);
    expect(await row(request.id)).toMatchObject({
      state: "completed",
      outcome: "It ran to its end and wrote 1204 rows.",
    });
    await settleRequests(ctx, [{ ...run, state: "FAILED" }]);
    expect((await row(request.id)).state).toBe("completed");
    await vi.waitFor(
      () => expect(mine(request.id).map((event) => event.eventType)).toEqual(["START", "START", "COMPLETE"]),
      {
        timeout: 10_000,
      },
    );
    expect(mine(request.id)[1]).toEqual(mine(request.id)[0]);
    expect(await audited(request.id)).toEqual(["request.create", "request.dispatch", "request.completed"]);
    expect(await verifyAudit(opened.postgres)).toMatchObject({ intact: true });
  });

  test("a load that makes a batch of its own gives the request that batch's correlation ID", async () => {
    const { request } = await requestRerun(ctx, ACCOUNTANT, ASKED);
    await reaches(request.id, "dispatched");
    const runId = (await row(request.id)).runId as string;
    const run: Run = { ...RUN, runId, state: "COMPLETED", correlationId: "GLA-2026-10-DE01-000125" };
    await settleRequests(ctx, [run]);
    expect(await row(request.id)).toMatchObject({ state: "completed", correlationId: run.correlationId });
  });

  test("clicked many times at once it runs once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => requestRerun(ctx, index % 2 ? ACCOUNTANT : ENGINEER, ASKED)),
    );
    expect(new Set(answers.map((answer) => answer.request.id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.adopted)).toHaveLength(1);
    const id = answers[0]?.request.id as string;
    await reaches(id, "dispatched");
    await wait(100);
    expect(calls(id)).toHaveLength(1);
    expect((await audited(id)).filter((action) => action === "request.create")).toHaveLength(1);
  });

  test("an idempotency key answers the same request even after its end, and refuses another target", async () => {
    const asked = { ...ASKED, idempotencyKey: crypto.randomUUID() };
    const first = await requestRerun(ctx, ENGINEER, asked);
    await reaches(first.request.id, "dispatched");
    await settleRequests(ctx, [{ ...RUN, runId: (await row(first.request.id)).runId as string, state: "COMPLETED" }]);
    const again = await requestRerun(ctx, ENGINEER, asked);
    expect(again).toMatchObject({ adopted: true, request: { id: first.request.id, state: "completed" } });
    await expect(requestRerun(ctx, ENGINEER, { ...asked, entity: "DE02" })).rejects.toMatchObject({ code: "conflict" });
    const fresh = await requestRerun(ctx, ENGINEER, { ...asked, idempotencyKey: null });
    expect(fresh.adopted).toBe(false);
  });

  test.each([
    ["an entity out of scope", { entity: "DE02" }, ACCOUNTANT, "not-permitted"],
    ["an entity the flow does not serve", { entity: "US01" }, ENGINEER, "not-found"],
    ["a flow nobody declared", { flow: "nothing" }, ENGINEER, "not-found"],
    ["a hop without a way to run it again", { dataset: "shown" }, ENGINEER, "conflict"],
    [
      "an actor without the scope",
      {},
      { ...ENGINEER, role: "auditor", scopes: ROLE_SCOPES.auditor } as Actor,
      "not-permitted",
    ],
  ])("%s is refused", async (_, over, actor, code) => {
    const before = await counted();
    await expect(requestRerun(ctx, actor, { ...ASKED, ...over })).rejects.toMatchObject({ code });
    expect(await counted()).toEqual(before);
  });

  test("what the vendor refuses is told as refused, and may be asked for again", async () => {
    planning.behave(() => Promise.reject(new VendorError("forbidden", "The integration user may not run it.")));
    const { request } = await requestRerun(ctx, ENGINEER, ASKED);
    await reaches(request.id, "refused");
    expect((await row(request.id)).outcome).toBe("Planning refused: The integration user may not run it.");
    expect((await requestRerun(ctx, ENGINEER, ASKED)).adopted).toBe(false);
  });

  test("refused because the job is running already, the run under way is taken as the one", async () => {
    planning.behave(() => Promise.reject(new VendorError("refused", "It is running already.")));
    const { request } = await requestRerun(ctx, ENGINEER, ASKED);
    await reaches(request.id, "dispatched");
    expect(await row(request.id)).toMatchObject({ runId: RUN.runId, correlationId: "GLA-2026-10-DE01-000124" });
  });

  test("a trigger whose outcome is unknown is never tried again by itself", async () => {
    planning.behave(() => Promise.reject(new VendorError("unreachable", "connection reset")));
    const { request } = await requestRerun(ctx, ENGINEER, ASKED);
    await reaches(request.id, "failed");
    await wait(100);
    expect(calls(request.id)).toHaveLength(1);
    expect((await row(request.id)).outcome).toContain("look before asking again");
    expect(await audited(request.id)).toEqual(["request.create", "request.failed"]);
  });

  test("a dispatch cut off by a crash is taken up with the same key and adopts the run it had started", async () => {
    const silence = Promise.withResolvers<void>();
    planning.behave(() => silence.promise);
    const { request } = await requestRerun(ctx, ENGINEER, ASKED);
    await vi.waitFor(() => expect(calls(request.id)).toHaveLength(1), { timeout: 10_000 });
    planning.started.set(request.id, "T7");
    planning.behave(async () => {});
    // The dead process's hold has run out, or (embedded) is given up by the recovery itself.
    if (!opened.postgres.embedded) {
      await opened.postgres.command("UPDATE request_steps SET held_until = now() - interval '1 second'");
    }
    const after = { ...ctx };
    const next = await openTasks(after, TASKS);
    await next.work();
    await recoverRequests({ ...after, enqueue: next.enqueue });
    await reaches(request.id, "dispatched");
    expect(calls(request.id)).toHaveLength(2);
    expect(planning.started.get(request.id)).toBe("T7");
    silence.resolve();
    await next.stop();
  });

  test("after a restart a request goes on with the run that came meanwhile", async () => {
    const { request } = await requestRerun(ctx, ENGINEER, ASKED);
    await reaches(request.id, "dispatched");
    const runId = (await row(request.id)).runId as string;
    known.set(runId, { ...RUN, runId, state: "FAILED", error: "Invalid cost centre CC-9" });
    await recoverRequests(ctx);
    expect(await row(request.id)).toMatchObject({ state: "failed", outcome: "Invalid cost centre CC-9" });
  });

  test("a run that never shows up ends its request", async () => {
    const { request } = await requestRerun(ctx, ENGINEER, ASKED);
    await reaches(request.id, "dispatched");
    await expireRequest(ctx, request.id);
    expect(await row(request.id)).toMatchObject({ state: "failed", outcome: expect.stringContaining("never seen") });
  });

  test("a transaction that fails leaves no request, task or audit entry", async () => {
    const before = await counted();
    const broken = {
      ...ctx,
      enqueue: async (...task: Parameters<Context["enqueue"]>) => {
        await ctx.enqueue(...task);
        throw new Error("power cut");
      },
    };
    await expect(requestRerun(broken, ENGINEER, ASKED)).rejects.toThrow("power cut");
    expect(await counted()).toEqual(before);
    expect((await requestRerun(ctx, ENGINEER, ASKED)).adopted).toBe(false);
  });

  test("the route answers 202, honours Idempotency-Key and shows people their own entities", async () => {
    let actor = ENGINEER;
    const permit = () => async (c: { set(key: "actor", value: Actor): void }, next: () => Promise<void>) => {
      c.set("actor", actor);
      await next();
    };
    const app = createApp({
      log: ctx.log,
      routes: [requestRoutes({ ctx, permit: permit as never })],
      ui: null,
      maxEventBytes: 1024,
    });
    const { idempotencyKey: _, ...body } = { ...ASKED, entity: "DE02" };
    const post = (key: string, payload: unknown = body) =>
      app.request("/api/v1/requests", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(payload),
      });
    const first = await post("route-1");
    expect(first.status).toBe(202);
    const { request } = (await first.json()) as { request: RequestRow };
    expect(await (await post("route-1")).json()).toMatchObject({ adopted: true, request: { id: request.id } });
    const wrong = await post("route-2", { ...body, period: "October" });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ code: "invalid-input", pointer: "/period" });
    expect((await app.request(`/api/v1/requests/${request.id}`)).status).toBe(200);
    actor = ACCOUNTANT;
    expect((await app.request(`/api/v1/requests/${request.id}`)).status).toBe(404);
    const { requests } = (await (await app.request("/api/v1/requests?limit=200")).json()) as { requests: RequestRow[] };
    expect(new Set(requests.map(({ entity }) => entity))).toEqual(new Set(["DE01"]));
    expect(Object.values(await requestRows(ctx, { entities: ["DE01"] })).every(({ entity }) => entity === "DE01")).toBe(
      true,
    );
  });
});
