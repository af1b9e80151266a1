import type { Hono, MiddlewareHandler } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../server/app.ts";
import { liveBreakRows } from "../../server/breaks/break-rows.ts";
import type { Actor, Context } from "../../server/context.ts";
import { findIncidents } from "../../server/incidents/find-incidents.ts";
import { foldIncidents } from "../../server/incidents/fold-incidents.ts";
import { liveIncidentRows } from "../../server/incidents/incident-rows.ts";
import { upstreamOf } from "../../server/incidents/upstream.ts";
import { requestTopic } from "../../server/requests/request-detail.ts";
import { requestRows } from "../../server/requests/request-rows.ts";
import { breakRoutes } from "../../server/routes/breaks.ts";
import { incidentRoutes } from "../../server/routes/incidents.ts";
import { requestRoutes } from "../../server/routes/requests.ts";
import { openIncident } from "../../server/store/postgres/incidents.ts";
import { exception } from "../open-exceptions.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";

const AT = "2026-11-04T08:00:00.000Z";
const scopes: Actor["scopes"] = ["board:read", "incident:read", "request:read"];
const auditor = { kind: "person", id: "i", name: "Ingrid Solheim", role: "auditor", entities: "all", scopes } as const;
const september: Actor = { ...auditor, periods: ["2026-09"] };
const both: Actor = { ...auditor, periods: ["2026-09", "2026-10"] };
const german: Actor = { ...september, entities: ["DE01"] };

let opened: OpenedEngine;
let ctx: Context;
let actor: Actor;
let app: Hono;

/** Of each kind one of September at DE01 and at DE02, one of October, one of both, and one of no period. */
beforeAll(async () => {
  opened = await POSTGRES_ENGINES[0]!.open();
  const clock = { now: () => new Date(AT) };
  ctx = { postgres: opened.postgres, clock, estate: PLANNING_ESTATE } as unknown as Context;
  await addBreaks();
  await addRequests();
  await addIncidents();
  const permit = (): MiddlewareHandler<{ Variables: { actor: Actor } }> => async (c, next) => {
    c.set("actor", actor);
    await next();
  };
  const routes = [breakRoutes, incidentRoutes, requestRoutes].map((of) => of({ ctx, permit }));
  app = createApp({ log: pino({ level: "silent" }), routes, ui: null, maxEventBytes: 1024 });
}, 60_000);
afterAll(() => opened.stop());

const PLACES = [
  ["sep-1", "DE01", ["2026-09"]],
  ["sep-2", "DE02", ["2026-09"]],
  ["oct", "DE01", ["2026-10"]],
] as const;
const WIDER = [
  ["both", "DE01", ["2026-09", "2026-10"]],
  ["none", "DE01", []],
] as const;

async function addBreaks(): Promise<void> {
  for (const [id, entity, [period]] of PLACES)
    await opened.postgres.run(
      `INSERT INTO breaks (id, lineage, rule, rule_version, hop, entity, period, version, ledger, account, currency, measures,
        amount, unit, unexplained, material, cause, cause_text, evidence, state, present, first_seen_at, last_seen_at,
        changed_at, explanation, reopened)
      VALUES ($1, $1, 'r', 'v1', 'plan', $2, $3, 'actual', '0L', '', 'EUR', '{net}', '-7', 'EUR', '-7', true,
        'late', 'Late.', '[]', 'open', true, $4, $4, $4, NULL, 0)`,
      [id, entity, period, AT],
    );
}

async function addRequests(): Promise<void> {
  for (const [id, entity, periods] of [...PLACES, ...WIDER]) {
    const period = periods.length === 1 ? periods[0] : null;
    await opened.postgres.run(
      `INSERT INTO requests (id, act, flow, entity, period, dataset, reason, state, requested_by, requested_by_name,
        requested_at, changed_at, approvals_needed, entities)
      VALUES ($1, 'sync', 'f', $2, $3, 'plan', 'Again.', 'completed', 'x', 'X', $4, $4, 0, ARRAY[$2::text])`,
      [id, entity, period, AT],
    );
    for (const [at, of] of (periods.length > 0 ? periods : [null]).entries())
      await opened.postgres.run(
        `INSERT INTO request_steps (request_id, step, ordinal, kind, title, parameters, after, details, state,
          idempotency_key, requested_at, changed_at, entity, period)
        VALUES ($1, $2, $3, 'drive', 'Load', '{}', '{}', '{}', 'done', $4, $5, $5, $6, $7)`,
        [id, `s${at}`, at, `${id} ${at}`, AT, entity, of],
      );
  }
}

async function addIncidents(): Promise<void> {
  const exceptions = [...PLACES, ...WIDER].flatMap(([causeKey, entity, periods]) =>
    (periods.length > 0 ? periods : [null]).map((period) =>
      exception(`${causeKey} ${period}`, { causeKey, entity, period, milestones: [{ id: "m", dueAt: AT }] }),
    ),
  );
  const looked = { now: AT, exceptions, blind: new Set<string>() };
  const found = findIncidents(PLANNING_ESTATE, upstreamOf(PLANNING_ESTATE), looked);
  for (const { next } of foldIncidents([], found, () => "")) {
    await opened.postgres.ask(openIncident, { ...next, id: next.causeKey });
  }
}

const LISTS: [string, (seen: Actor) => Promise<string[]>][] = [
  ["breaks", (seen) => idsAt("/api/v1/breaks", "breaks", seen)],
  ["incidents", (seen) => idsAt("/api/v1/incidents", "incidents", seen)],
  ["requests", (seen) => idsAt("/api/v1/requests", "requests", seen)],
  ["live breaks", async (seen) => Object.keys(await liveBreakRows(ctx, seen))],
  ["live incidents", async (seen) => Object.keys(await liveIncidentRows(ctx, seen))],
  ["live requests", async (seen) => Object.keys(await requestRows(ctx, seen))],
];

async function ask(path: string, seen: Actor): Promise<Response> {
  actor = seen;
  return app.request(path);
}
async function idsAt(path: string, name: string, seen: Actor): Promise<string[]> {
  const page = (await (await ask(path, seen)).json()) as Record<string, { id: string }[]>;
  return page[name]!.map(({ id }) => id);
}

describe("somebody limited to periods", () => {
  test.each(LISTS)("is listed %s that lie within them, of their entities, and no others", async (name, list) => {
    const wider = name.includes("breaks") ? [] : ["both"];
    expect((await list(auditor)).sort()).toEqual(
      [...PLACES, ...(wider.length > 0 ? WIDER : [])].map(([id]) => id).sort(),
    );
    expect((await list(september)).sort()).toEqual(["sep-1", "sep-2"]);
    expect((await list(german)).sort()).toEqual(["sep-1"]);
    expect((await list(both)).sort()).toEqual([...wider, "oct", "sep-1", "sep-2"]);
  });

  test("a page is full of what they see, and says whether there is more", async () => {
    expect(await (await ask("/api/v1/breaks?limit=1", september)).json()).toMatchObject({ more: true });
    expect(await (await ask("/api/v1/breaks?limit=2", september)).json()).toMatchObject({ more: false });
    expect(await idsAt("/api/v1/incidents?limit=2", "incidents", september)).toHaveLength(2);
  });

  test.each(["incidents", "requests"])("opens one of their %s, and is told that no other is there", async (kind) => {
    const status = async (id: string, seen: Actor) => (await ask(`/api/v1/${kind}/${id}`, seen)).status;
    expect(await status("sep-1", september)).toBe(200);
    for (const id of ["oct", "both", "none"]) expect(await status(id, september), id).toBe(404);
    expect(await status("both", both)).toBe(200);
  });

  test("follows one of their requests live, and no other", async () => {
    expect(Object.keys((await requestTopic(ctx, september, "sep-1")) ?? {})).toEqual(["head", "step:s0"]);
    expect(await requestTopic(ctx, september, "both")).toBeNull();
  });
});
