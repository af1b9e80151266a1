import type { Hono } from "hono";
import pino from "pino";
import { v5 as uuidv5 } from "uuid";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { BreakDetail, BreakRow, BulkAnswer } from "../../schemas/wire/break.ts";
import type { CheckResult, ReconcileRow, RuleDrill } from "../../schemas/wire/reconcile-matrix.ts";
import { createApp } from "../../server/app.ts";
import { createCheckpoints, type Checkpoints } from "../../server/breaks/checkpoints.ts";
import type { Actor, Context } from "../../server/context.ts";
import { createFacts } from "../../server/facts/facts.ts";
import { createIngest } from "../../server/ingest/ingest.ts";
import { createMetrics } from "../../server/metrics.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import { demand, type Permit } from "../../server/people/permit.ts";
import { breakRoutes } from "../../server/routes/breaks.ts";
import { checkRoutes } from "../../server/routes/checks.ts";
import { openEmptyClickHouse } from "../clickhouse.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";

const RUNS = "0d6a7b0e-8f4a-5c0c-b0a4-1d5f2e9c7a63";

export const PEOPLE = {
  accountant: person("accountant", "Ana Ruiz", ["DE01"]),
  controller: person("controller", "Maren Vogt", "all"),
  auditor: person("auditor", "Ingrid Solheim", "all"),
  key: { ...person("controller", "close robot", "all"), kind: "key" } as Actor,
};
export type Who = keyof typeof PEOPLE;

function person(role: "accountant" | "controller" | "auditor", name: string, entities: Actor["entities"]): Actor {
  return { kind: "person", id: `${role}-1`, name, role, entities, scopes: ROLE_SCOPES[role] };
}

export type Amounts = Partial<Record<"count" | "debit" | "credit" | "net", string>>;

/** What the doors answer with, one or another of it. */
type Answer = BulkAnswer &
  BreakDetail & {
    breaks: BreakRow[];
    rows: Record<string, ReconcileRow>;
    results: CheckResult[];
    hops: RuleDrill["hops"];
    code: string;
  };

/** Reconciliations and breaks over real engines behind their doors, fed with events; who asks is named in a header. */
export async function openReconcilingTower(estate: Estate) {
  const log = pino({ level: "silent" });
  const metrics = createMetrics();
  let now = new Date("2026-11-04T10:00:00.000Z");
  const clock = { now: () => now };
  const { clickhouse, close } = await openEmptyClickHouse("embedded");
  const { postgres, stop } = await POSTGRES_ENGINES[0]!.open();
  const facts = createFacts();
  const ingest = createIngest({ clickhouse, clock, log, metrics, facts, maxEventBytes: 1024 * 1024 });
  const touched: string[] = [];
  const ctx = {
    ...{ clickhouse, postgres, clock, estate, facts, log, metrics },
    touch: (topic: string) => void touched.push(topic),
  } as unknown as Context;
  const permit: Permit = (scope) => async (c, next) => {
    const actor = PEOPLE[c.req.header("x-who") as Who];
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  const startChecks = async (): Promise<Checkpoints> => createCheckpoints(ctx);
  let checkpoints = await startChecks();
  const checks = { ...checkpoints, check: (...asked: Parameters<Checkpoints["check"]>) => checkpoints.check(...asked) };
  const routes: Hono[] = [checkRoutes({ ctx, permit, checkpoints: checks }), breakRoutes({ ctx, permit })];
  const app = createApp({ log, routes, ui: null, maxEventBytes: 1024 * 1024 });

  return {
    ...{ ctx, touched },
    at: (instant: string) => void (now = new Date(instant)),
    latest: () => checkpoints,
    /** A new process over the same data. */
    async restart() {
      await checkpoints.stop();
      checkpoints = await startChecks();
      await checkpoints.load();
      await checkpoints.check("schedule");
    },
    /** One completed load: what each dataset holds, all of one snapshot. */
    async loads(snapshotAsOf: string, books: Record<string, Amounts>, period = "2026-10", entity = "DE01") {
      for (const [dataset, amounts] of Object.entries(books)) {
        await ingest.acceptEvents([loadEvent(estate, dataset, { snapshotAsOf, amounts, period, entity })], "test");
      }
    },
    check: (period = "2026-10") => checkpoints.check("demand", { period }),
    async ask(who: Who, path: string, body?: unknown): Promise<{ status: number; body: Answer }> {
      const answer = await app.request(`/api/v1${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "x-who": who, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Answer };
    },
    request: (who: Who, path: string, init: RequestInit = {}) =>
      app.request(`/api/v1${path}`, { ...init, headers: { ...init.headers, "x-who": who } }),
    async close() {
      await checkpoints.stop();
      await ingest.idle();
      await stop();
      await close();
    },
  };
}

interface Load {
  snapshotAsOf: string;
  amounts: Amounts;
  period: string;
  entity: string;
}

function loadEvent(estate: Estate, dataset: string, { snapshotAsOf, amounts, period, entity }: Load) {
  const { name, system } = estate.datasets.find(({ id }) => id === dataset)!;
  const { namespace } = estate.systems.find(({ id }) => id === system)!;
  const { currency } = estate.entities.find(({ id }) => id === entity)!;
  const position = { entity, ledger: "0L", period, version: "actual" };
  const facet = (content: object) => ({
    _producer: "https://test.example",
    _schemaURL: "https://test.example",
    ...content,
  });
  return {
    eventType: "COMPLETE" as const,
    eventTime: snapshotAsOf,
    producer: "https://test.example",
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    job: { namespace, name: `fills ${dataset}` },
    run: { runId: uuidv5([dataset, entity, period, snapshotAsOf, JSON.stringify(amounts)].join(), RUNS), facets: {} },
    inputs: [],
    outputs: [
      {
        ...{ namespace, name },
        facets: {
          tieout_position: facet({ positions: [{ ...position, completeThrough: snapshotAsOf, snapshotAsOf }] }),
          tieout_controlTotals: facet({
            asOf: snapshotAsOf,
            totals: Object.entries(amounts).map(([measure, value]) => ({
              ...position,
              account: "",
              currency,
              measure,
              value,
            })),
          }),
        },
      },
    ],
  } as never;
}
