import { Big } from "big.js";
import { Hono, type Context } from "hono";
import {
  defineSandbox,
  WorldRefusal,
  type SandboxOptions,
  type SimRejection,
  type SimRun,
  type World,
} from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { Settings } from "./settings.ts";

const LIFETIME = 3600;
const DEPLOYMENT = "b4a7c1de-5f0a-4a55-9b7e-3c1d2e4f5a60";
const VERSION = "d6f1a0b2-7c3e-4d19-8a5b-9e0f1c2d3b4a";

/** A control plane of Anypoint: tokens of connected apps, deployments, their logs, schedulers and queue statistics. */
export const mulesoftSandbox = defineSandbox({
  collector: "mulesoft",
  plays: "load",
  failure: {
    code: "HTTP:SERVICE_UNAVAILABLE",
    message: "HTTP:SERVICE_UNAVAILABLE: POST on the target failed: service unavailable (503).",
  },
  example: {
    kind: "middleware",
    namespace: "mulesoft://example",
    source: "GL_EXTRACT",
    job: "gl-actuals-{entity}",
    target: "gl-actuals",
    refuses: true,
    smallPages: { pageSize: 7 },
    settings: {
      organizationId: "e0b4a150-f59b-46d4-ad25-5d98f9deb24a",
      environmentId: "c7c9c1f2-3a5d-4a0e-9c8e-1f2d3b4a5c6d",
      apps: [
        {
          name: "finance-gl",
          flows: [
            {
              name: "gl-actuals-{entity}",
              dataset: "gl-actuals",
              inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
              ledger: "0L",
            },
          ],
        },
      ],
      deadLetters: [{ region: "eu-central-1", queue: "gl-journals-dlq" }],
      requestsPerSecond: 5000,
    },
  },
  addresses: ["url"],
  secrets: { clientId: "9f1c7a52e4b84d6ea05d9b1f7c62e830", clientSecret: "sandbox-mulesoft-secret" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/accounts/api/v2/oauth2/token", async (c) => {
      const form = await c.req.parseBody();
      const { clientId, clientSecret } = options.connection;
      if (form.client_id !== clientId || form.client_secret !== clientSecret) return unauthorized();
      return c.json({ access_token: tokens.issue(), expires_in: LIFETIME, token_type: "bearer" });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    const place = `/organizations/${settings.organizationId}/environments/${settings.environmentId}`;
    app.route(`/amc/application-manager/api/v2${place}`, managerOf(world, options, settings));
    app.get(`/mq/stats/api/v1${place}/regions/:region/queues/:queue`, (c) => {
      const date = new Date(Date.parse(c.req.query("startDate") ?? "")).toISOString().replace("Z", "+0000");
      const none = [{ date, value: 0 }];
      return c.json({ destination: c.req.param("queue"), messages: none, messagesSent: none, messagesAcked: [] });
    });
    return app;
  },
});

function managerOf(world: World, { system }: SandboxOptions, settings: Settings): Hono {
  const app = new Hono();
  const [{ name = "" } = {}] = settings.apps;
  const application = { status: "RUNNING" };
  app.get("/deployments", (c) => c.json({ total: 1, items: [{ id: DEPLOYMENT, name, application }] }));
  app.get(`/deployments/${DEPLOYMENT}`, (c) => c.json({ id: DEPLOYMENT, name, application, desiredVersion: VERSION }));
  app.get(`/deployments/${DEPLOYMENT}/specs/${VERSION}/logs`, (c) => {
    const [from, to] = [Number(c.req.query("startTime")), Number(c.req.query("endTime"))];
    const lines = world
      .runs(system)
      .flatMap((run) => linesOf(world, run, settings.marker))
      .filter(({ timestamp }) => timestamp >= from && timestamp <= Math.min(to, world.now()))
      .sort((one, other) => one.timestamp - other.timestamp);
    const offset = Number(c.req.query("offset") ?? 0);
    return c.json(lines.slice(offset, offset + Number(c.req.query("length") ?? 100)));
  });
  app.post(`/deployments/${DEPLOYMENT}/schedulers/:flow/run`, (c) => {
    try {
      world.start(system, c.req.param("flow"), {});
      return c.body(null, 202);
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return refused(c, error.code === "no-such-job" ? 404 : 409, error.message);
    }
  });
  return app;
}

const ENDS: Record<SimRun["outcome"], string> = {
  complete: "complete",
  held: "complete",
  partial: "partial",
  failed: "failed",
  aborted: "stopped",
};
const REASONS: Record<SimRejection["kind"], (rejection: SimRejection) => string> = {
  "unmapped-member": ({ dimension, member }) => `No mapping for ${dimension} "${member}"`,
  "invalid-combination": ({ dimension, member }) => `The combination of ${dimension} "${member}" is not valid`,
  "period-closed": ({ member }) => `The period ${member} is closed`,
};

/** What a run has written so far: its first line, what the runtime says beside, its last one. */
function linesOf(world: World, run: SimRun, marker: string) {
  const { key, job, entity, period, correlationId } = run;
  const snapshotAsOf = run.snapshotAsOf === null ? null : iso(run.snapshotAsOf);
  const said = { run: key, job, startedAt: iso(run.queuedAt), entity, period, correlationId, snapshotAsOf };
  const written = (timestamp: number, state: string, more: object = {}) => ({
    ...{ timestamp, logLevel: "INFO", context: { logger: "tieout" } },
    message: `event:${key} ${marker} ${JSON.stringify({ ...said, state, ...more })}`,
  });
  const lines = [
    written(run.queuedAt, "started"),
    { timestamp: run.queuedAt + 1, logLevel: "DEBUG", message: "HTTP request on port 8081", context: {} },
  ];
  if (world.phase(run).phase !== "ended") return lines;
  const moved = run.outcome === "complete" || run.outcome === "partial";
  const { rowsRead, rowsWritten, rowsRejected } = run;
  return [
    ...lines,
    written(run.endedAt, ENDS[run.outcome], {
      ...(moved && { rowsRead, rowsWritten, rowsRejected, totals: totalsOf(world, run) }),
      ...(run.outcome === "failed" && { error: run.error?.message }),
      rejections: run.rejections.map((each) => ({ message: REASONS[each.kind](each), count: each.count })),
    }),
  ];
}

function totalsOf(world: World, run: SimRun) {
  const delivered = world.delivered(run);
  if (!delivered) return null;
  const { currency, accounts } = delivered;
  const sum = (measure: "count" | "debit" | "credit" | "net") =>
    accounts.reduce((total, account) => total.plus(account[measure]), new Big(0)).toFixed();
  return { currency, count: sum("count"), debit: sum("debit"), credit: sum("credit"), net: sum("net") };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function unauthorized(): Response {
  return Response.json({ status: 401, message: "Unauthorized" }, { status: 401 });
}

function refused(c: Context, status: 404 | 409, message: string) {
  return c.json({ status, message }, status);
}
