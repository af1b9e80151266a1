import type { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IncidentAnswer, IncidentDetail, IncidentRow } from "../../schemas/wire/incident.ts";
import { createApp } from "../../server/app.ts";
import type { Actor, Context } from "../../server/context.ts";
import { watchIncidents, type IncidentWatch } from "../../server/incidents/watch-incidents.ts";
import { openLineage } from "../../server/lineage-answers/open-lineage.ts";
import { createMetrics } from "../../server/metrics.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import { demand, type Permit } from "../../server/people/permit.ts";
import { incidentRoutes } from "../../server/routes/incidents.ts";
import { changesAfter } from "../../server/store/postgres/incidents-history.ts";
import { openTasks } from "../../server/tasks/boss.ts";
import { addReader } from "../alert-tower.ts";
import { openEmptyClickHouse } from "../clickhouse.ts";
import { knownFacts, minutesAfter, type KnownFacts } from "../known-facts.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";
import { smallEstate } from "../small-estate.ts";

/** WD+2, with loads due every two hours and accruals due in the evening. */
const MORNING = "2026-11-03T10:00:00.000Z";
const ENTITIES = Array.from({ length: 30 }, (_, at) => `E${String(at).padStart(3, "0")}`);
const RUNBOOK = "# Renew\n\n1. Renew the certificate.\n2. Load again. `do: sync dataset=plan`\n";
const estate = smallEstate({
  entities: ENTITIES.map((id) => ({ id, name: id, country: "DE", currency: "EUR", zone: "Europe/Berlin" })),
  runbooks: [
    { id: "renew", title: "Renew credentials", file: "renew.md", codes: ["credential-expiry"], text: RUNBOOK },
  ],
});

const scoped = (role: keyof typeof ROLE_SCOPES, entities: Actor["entities"] = "all"): Actor => {
  return { kind: "person", id: `${role}-1`, name: `The ${role}`, role, entities, scopes: ROLE_SCOPES[role] };
};
const ACTORS = {
  controller: scoped("controller"),
  accountant: scoped("accountant", ["E007"]),
  outsider: scoped("accountant", ["X"]),
  platform: scoped("platform"),
  engineer: scoped("engineer"),
  auditor: scoped("auditor"),
  cfo: scoped("cfo"),
};
type Who = keyof typeof ACTORS;
type Answer = IncidentAnswer & IncidentDetail & IncidentRow & { incidents: IncidentRow[]; detail: string };

let facts: KnownFacts;
let ctx: Context;
let watch: IncidentWatch;
let app: Hono;
let now = new Date(MORNING);
const closing: (() => Promise<unknown>)[] = [];
const failures: unknown[] = [];

beforeAll(async () => {
  const { clickhouse, close } = await openEmptyClickHouse("embedded");
  closing.push(close);
  const { postgres, stop } = await POSTGRES_ENGINES[0]!.open();
  closing.push(stop);
  facts = knownFacts(estate, "2026-10");
  const lineage = await openLineage(clickhouse, [{ estate, loadedAt: "2026-01-01T00:00:00.000Z" }]);
  const log = pino({ level: "error" }, { write: (line: string) => void failures.push(line) });
  ctx = {
    ...{ clickhouse, postgres, estate, facts, lineage, log, metrics: createMetrics(), clock: { now: () => now } },
    ...{ touch: () => {}, handles: () => false, enqueue: async () => {} },
  } as unknown as Context;
  const tasks = await openTasks(ctx, []);
  closing.push(() => tasks.stop());
  const permit: Permit = (scope) => async (c, next) => {
    const actor = ACTORS[c.req.header("x-who") as Who];
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  app = createApp({ log, routes: [incidentRoutes({ ctx, permit })], ui: null, maxEventBytes: 1024 * 1024 }) as Hono;
  watch = newProcess();
}, 60_000);
afterAll(async () => {
  for (const each of closing.reverse()) await each();
});

/** A process that looks for itself. */
function newProcess(): IncidentWatch {
  return watchIncidents({ ctx, collectors: () => [], memo: new Map() });
}
const pass = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));
async function ask(who: Who, path: string, body?: unknown): Promise<{ status: number; body: Answer }> {
  const answer = await app.request(`/api/v1/incidents${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "x-who": who, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}
const all = async (who: Who, query = "") => (await ask(who, query)).body.incidents;
const only = async (who: Who) => (await all(who, "?class=technical")).find(({ number }) => number === 1)!;
/** What was put out for others to be told, since a number. */
const told = async (after = 0) =>
  (await ctx.postgres.ask(changesAfter, { sequence: after, limit: 1_000 })).map(({ change }) => change);

/** The first two hops of a load of every entity, and what became of the third. */
function loads(at: string, plan: "refused" | "loaded"): void {
  for (const entity of ENTITIES) {
    if (plan === "loaded") {
      facts.loaded(entity, at);
      continue;
    }
    const runs = facts.loaded(entity, at, undefined, "message");
    facts.ran("plan", {
      ...{ entity, jobName: `Load ${entity}`, startedAt: minutesAfter(at, 4), endedAt: minutesAfter(at, 5) },
      ...{ state: "FAILED", correlationId: runs[0]!.correlationId, error: `Certificate of tieout-${entity} expired` },
      exceptions: [{ code: "credential-expiry", class: "technical", message: "Certificate expired" }],
    });
  }
}

describe("thirty runs that fail on one expired credential", () => {
  beforeAll(async () => {
    loads("2026-11-03T09:00:00.000Z", "refused");
    await watch.lookNow();
  });

  test("are one incident, told of once, of the platform's", async () => {
    const incidents = await all("platform");
    expect(incidents).toMatchObject([
      {
        ...{ number: 1, code: "credential-expiry", state: "open", ownerRole: "platform", runbook: "renew", mine: true },
        ...{
          causeCount: 30,
          cause: { kind: "system", system: "planning", detail: expect.stringContaining("expired") },
        },
        impact: { reports: [{ id: "close-dashboard" }], signoffs: [] },
      },
    ]);
    expect(incidents[0]!.impact.milestones.map(({ id }) => id)).toContain("actuals");
    expect(await told()).toEqual(["opened"]);
    const { body } = await ask("platform", `/${incidents[0]!.id}`);
    expect(body.exceptions.filter(({ part }) => part === "cause")).toHaveLength(30);
    expect(body.runbook!.steps).toHaveLength(2);
  });

  test("to finance they are the reports and deadlines they endanger, and nobody else's entities", async () => {
    const { title, text, cause, entities, impact } = await only("accountant");
    expect(title).toMatch(/^Actuals in.* endangered for E007$|^Actuals in.* endangered$/);
    expect(text).toContain("Close dashboard shows older figures");
    expect(cause).toMatchObject({ job: null, runId: null, detail: null });
    expect(entities).toEqual(["E007"]);
    expect(new Set(impact.milestones.flatMap((milestone) => milestone.entities))).toEqual(new Set(["E007"]));
    expect(await all("outsider")).toEqual([]);
    const { id } = await only("platform");
    expect((await ask("outsider", `/${id}`)).status).toBe(404);
    expect((await ask("accountant", "?entity=E008")).status).toBe(404);
    expect((await ask("accountant", `/${id}`)).body.exceptions).toEqual([]);
  });

  test("another process that looks, and one that starts again, tell nothing anew", async () => {
    await Promise.all([newProcess().lookNow(), watch.lookNow(), newProcess().lookNow()]);
    expect(await told()).toEqual(["opened"]);
    expect(await all("platform")).toHaveLength(1);
  });

  test("end by themselves once the cause has stayed away, and open again when it is back", async () => {
    const { id } = await only("platform");
    pass(60);
    loads("2026-11-03T11:00:00.000Z", "loaded");
    await watch.lookNow();
    expect(await only("platform")).toMatchObject({ state: "open", quietSinceAt: now.toISOString() });
    pass(20);
    await watch.lookNow();
    expect(await only("platform")).toMatchObject({ id, state: "resolved", resolution: { how: "cause gone" } });
    expect(await told()).toEqual(["opened", "resolved"]);
    pass(100);
    loads("2026-11-03T13:00:00.000Z", "refused");
    await watch.lookNow();
    expect(await only("platform")).toMatchObject({ id, state: "open", reopened: 1, resolvedAt: null });
    expect(await told()).toEqual(["opened", "resolved", "reopened"]);
  });
});

describe("what people do about it", () => {
  test("one takes it on, hands it over, and ticks the runbook off; each act is told of and kept", async () => {
    const ida = await addReader(ctx.postgres, "Ida Berg", "engineer");
    const reader = await addReader(ctx.postgres, "Carl Auer", "auditor");
    const { id, revision, sequence } = await only("platform");
    const { body: taken } = await ask("platform", "/acknowledge", { ids: [id, "none"], revisions: { [id]: revision } });
    expect(taken.done).toMatchObject([{ state: "acknowledged", assignee: { name: "The platform" } }]);
    expect(taken.refused).toMatchObject([{ id: "none", code: "not-found" }]);
    const again = await ask("engineer", "/acknowledge", { ids: [id], revisions: { [id]: revision } });
    expect(again.body.refused, "as it was seen before").toMatchObject([{ code: "conflict" }]);
    expect((await ask("platform", "/assign", { ids: [id], to: reader.id })).body.refused[0]!.reason).toMatch(
      /may not act/,
    );
    expect((await ask("platform", "/assign", { ids: [id], to: ida.id })).body.done[0]!.assignee).toEqual({
      id: ida.id,
      name: "Ida Berg",
    });
    expect((await ask("engineer", `/${id}/steps`, { step: 1, done: true })).status).toBe(200);
    expect((await ask("engineer", `/${id}/steps`, { step: 9, done: true })).status).toBe(404);
    expect((await ask("engineer", `/${id}/notes`, { text: "Renewed by hand." })).status).toBe(201);
    const { body } = await ask("auditor", `/${id}`);
    expect(body.ticks).toMatchObject([{ step: 1, done: true, by: { name: "The engineer" } }]);
    expect(body.people.map(({ name }) => name)).toEqual(["Ida Berg"]);
    expect(await told(sequence)).toEqual(["acknowledged", "assigned", "step", "noted"]);
    expect(body.changes.map(({ sequence: number }) => number)).toEqual(
      body.changes.map(({ sequence: number }) => number).toSorted((a, b) => a - b),
    );
  });

  test("it sleeps until a milestone's deadline, wakes by itself, and cannot be resolved while its cause is there", async () => {
    const { id } = await only("platform");
    const { body } = await ask("controller", "/snooze", { ids: [id], milestone: "accruals", text: "Mended tonight." });
    // WD+2, 18:00 in Berlin.
    expect(body.done).toMatchObject([{ state: "snoozed", snoozedUntil: "2026-11-03T17:00:00.000Z" }]);
    const past = await ask("controller", "/snooze", { ids: [id], until: MORNING, text: "x" });
    expect(past.body.refused).toMatchObject([{ code: "invalid-input" }]);
    expect((await ask("engineer", "/resolve", { ids: [id], text: "Done." })).body.refused[0]!.reason).toMatch(
      /still there/,
    );
    now = new Date("2026-11-03T17:00:00.000Z");
    await watch.lookNow();
    expect(await only("platform")).toMatchObject({ state: "open", snoozedMilestone: null });
    expect(await told(body.done[0]!.sequence)).toContain("woken");
  });

  test("once the cause is gone it can be ended at once, with what mended it for the next time", async () => {
    loads("2026-11-03T17:00:00.000Z", "loaded");
    pass(30);
    await watch.lookNow();
    const { id } = await only("platform");
    expect((await ask("engineer", "/resolve", { ids: [id], text: "Certificate renewed." })).body.done).toHaveLength(1);
    const said = { text: "The certificate ran out; a reminder is set.", postMortem: true };
    expect((await ask("engineer", `/${id}/notes`, said)).body.postMortem).toMatchObject({ text: said.text });
    // Another cause at another system, another day: its past knows how it was mended.
    now = new Date("2026-11-05T10:00:00.000Z");
    loads("2026-11-05T09:00:00.000Z", "refused");
    await watch.lookNow();
    const next = (await all("platform")).find(({ code, state }) => code === "credential-expiry" && state === "open")!;
    expect(next.id).not.toBe(id);
    const { related } = (await ask("platform", `/${next.id}`)).body;
    expect(related).toMatchObject([{ id, sameCause: true, fix: said.text, by: { name: "The engineer" } }]);
  });

  test.each<[Who, number]>([
    ["controller", 200],
    ["engineer", 200],
    ["auditor", 403],
    ["cfo", 403],
  ])("a %s who acts is answered %i", async (who, status) => {
    expect((await ask(who, "/acknowledge", { ids: ["none"] })).status).toBe(status);
  });

  test("no look failed", () => expect(failures).toEqual([]));
});
