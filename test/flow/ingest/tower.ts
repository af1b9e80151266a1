import { Hono } from "hono";
import pino from "pino";
import type { Actor, Scope } from "../../../server/context.ts";
import { createFacts } from "../../../server/facts/facts.ts";
import { createIngest, type IngestDeps } from "../../../server/ingest/ingest.ts";
import type { Journal } from "../../../server/ingest/journal.ts";
import type { QuarantineDeps } from "../../../server/ingest/resolve-quarantined.ts";
import { createMetrics } from "../../../server/metrics.ts";
import { demand, type Permit } from "../../../server/people/permit.ts";
import { problem } from "../../../server/problem.ts";
import { cloudEventRoutes } from "../../../server/routes/cloudevents.ts";
import { lineageEventRoutes } from "../../../server/routes/lineage-events.ts";
import { quarantineRoutes } from "../../../server/routes/quarantine.ts";
import { runRoutes } from "../../../server/routes/runs.ts";
import { webhookRoutes } from "../../../server/routes/webhooks.ts";
import type { ClickHouse } from "../../../server/store/clickhouse.ts";

const SCOPES: Scope[] = ["ingest:write", "run:read", "run:raw", "quarantine:read", "quarantine:resubmit"];
/** What `payroll` signs its webhooks with. */
export const WEBHOOK_SECRET = Buffer.alloc(24, 7).toString("base64");
export const NOW = "2026-11-04T14:00:00.000Z";

/** The ingest half of the tower over a real engine, behind its doors; everybody is `actor`. */
export function openTower(
  clickhouse: ClickHouse,
  limits: { maxEventBytes?: number; journal?: Journal } & Pick<IngestDeps, "room" | "quotas"> = {},
) {
  const log = pino({ level: "silent" });
  const clock = { now: () => new Date(NOW) };
  const metrics = createMetrics();
  const facts = createFacts();
  const maxEventBytes = limits.maxEventBytes ?? 1024 * 1024;
  const ingest = createIngest({ clickhouse, clock, log, metrics, facts, ...limits, maxEventBytes });
  const actor: Actor = { kind: "key", id: "k1", name: "airflow", role: null, entities: "all", scopes: SCOPES };
  const permit: Permit = (scope) => async (c, next) => {
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  const audited: Parameters<QuarantineDeps["audit"]>[0][] = [];
  const quarantine: QuarantineDeps = {
    ...{ clickhouse, clock, ingest },
    audit: async (entry) => void audited.push(entry),
    changed: () => {},
  };
  /** What was read as it came. */
  const read: string[] = [];
  const app = new Hono();
  for (const routes of [
    lineageEventRoutes({ ingest, metrics, permit, maxEventBytes }),
    cloudEventRoutes({ ingest, metrics, permit, maxEventBytes }),
    webhookRoutes({ ingest, metrics, maxEventBytes, secrets: { payroll: WEBHOOK_SECRET }, now: clock.now }),
    quarantineRoutes({ ...quarantine, permit, noteRead: async (_actor, { subject }) => void read.push(subject) }),
    runRoutes({ clickhouse, facts, permit, noteRead: async (_actor, { subject }) => void read.push(subject) }),
  ]) {
    routes.onError((error, c) => problem(c, error, log));
    app.route("/", routes);
  }
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const length = String(typeof body === "string" ? Buffer.byteLength(body) : body.byteLength);
    return app.request(path, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "Content-Length": length, ...headers },
    });
  };
  return { app, actor, audited, read, clock, facts, ingest, metrics, post };
}

/** A run event to the specification, with what a test wants otherwise. */
export function runEvent(change: Record<string, unknown> = {}) {
  return {
    eventTime: "2026-11-04T13:20:00.000Z",
    eventType: "START",
    producer: "https://example.com/loader",
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    run: { runId: "0190c1d2-0000-7000-8000-000000000001" },
    job: { namespace: "cpi://meridian-prd", name: "GL_ACTUALS_OUT DE01" },
    inputs: [],
    outputs: [],
    ...change,
  };
}
