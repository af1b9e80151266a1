import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";

/** The widest window of the sync history, in milliseconds. */
const WIDEST = 7 * 86_400_000;

/** An account: connections, their sync history, starting a sync. */
export const fivetranSandbox = defineSandbox({
  collector: "fivetran",
  plays: "load",
  failure: { code: "FAILURE", message: "The source did not answer: connection timed out" },
  example: {
    kind: "middleware",
    namespace: "fivetran://example",
    source: "GL_EXTRACT",
    job: "gl_actuals_{entity}",
    target: "gl_actuals",
    smallPages: { pageSize: 7 },
    settings: {
      connections: [
        {
          name: "gl_actuals_{entity}",
          dataset: "gl_actuals",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          ledger: "0L",
          completeThrough: "start",
        },
      ],
      requestsPerSecond: 5000,
    },
  },
  addresses: ["apiUrl"],
  secrets: { apiKey: "4fKfiZ2PqJ7xW0Lr", apiSecret: "sandbox-fivetran-secret" },
  app(world, options) {
    const { apiKey, apiSecret } = options.connection;
    const expected = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString("base64")}`;
    const app = new Hono();
    app.use("*", limitsRequests(world, { perSecond: 20_000 / 3600, burst: 500 }, tooMany));
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", async (c, next) => (c.req.header("authorization") === expected ? next() : unauthorized()));
    addConnections(app, world, options);
    return app;
  },
});

function addConnections(app: Hono, world: World, { system }: SandboxOptions): void {
  const connections = world.jobs(system).map(({ job }) => ({ id: connectionIdOf(job), schema: job }));
  const schemaOf = (c: Context) => connections.find(({ id }) => id === c.req.param("connection"))?.schema;
  const runsOf = (schema: string) => world.runs(system).filter(({ job }) => job === schema);

  app.get("/connections", (c) =>
    c.json(
      page(
        c,
        connections.map((each) => connectionOf(world, each, runsOf(each.schema))),
      ),
    ),
  );
  app.get("/connections/:connection/sync-history", (c) => {
    const schema = schemaOf(c);
    if (!schema) return refused(c, 404, "NotFound_Connection", "Cannot find connection");
    const [from, to] = [Date.parse(c.req.query("start_time") ?? ""), Date.parse(c.req.query("end_time") ?? "")];
    if (!(to - from <= WIDEST)) return refused(c, 400, "InvalidInput", "The maximum time window is 7 days.");
    const runs = runsOf(schema).filter(({ queuedAt }) => queuedAt >= from && queuedAt <= to);
    return c.json(
      page(
        c,
        runs.map((run) => syncOf(world, run)),
      ),
    );
  });
  app.post("/connections/:connection/sync", (c) => {
    try {
      world.start(system, schemaOf(c) ?? "", {});
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      // Without force a sync under way is left alone.
      if (error.code === "no-such-job") return refused(c, 404, "NotFound_Connection", "Cannot find connection");
    }
    return c.json({ code: "Success", message: "Sync has been successfully triggered" });
  });
}

const ENDS: Record<SimRun["outcome"], string> = {
  ...{ complete: "SUCCESSFUL", partial: "SUCCESSFUL", held: "SUCCESSFUL" },
  ...{ failed: "FAILURE", aborted: "CANCELED" },
};

function syncOf(world: World, run: SimRun) {
  const ended = world.phase(run).phase === "ended";
  return {
    sync_id: run.key,
    sync_start: iso(run.queuedAt),
    sync_end: ended ? iso(run.endedAt) : null,
    status: ended ? ENDS[run.outcome] : null,
    reason: ended ? (run.error?.message ?? null) : null,
  };
}

function connectionOf(world: World, { id, schema }: { id: string; schema: string }, runs: readonly SimRun[]) {
  const ended = runs.filter((run) => world.phase(run).phase === "ended");
  const last = (failed: boolean) => ended.findLast(({ outcome }) => (outcome === "failed") === failed);
  const at = (run: SimRun | undefined) => (run ? iso(run.endedAt) : null);
  const sync_state = ended.length < runs.length ? "syncing" : "scheduled";
  return {
    ...{
      id,
      schema,
      service: "netsuite_suiteanalytics",
      group_id: "projected_sickle",
      paused: false,
      sync_frequency: 120,
    },
    ...{ succeeded_at: at(last(false)), failed_at: at(last(true)) },
    status: { setup_state: "connected", sync_state, update_state: "on_schedule", tasks: [], warnings: [] },
  };
}

function page(c: Context, rows: readonly object[]) {
  const offset = Number(Buffer.from(c.req.query("cursor") ?? "", "base64url").toString() || 0);
  const limit = Math.min(1000, Number(c.req.query("limit") ?? 100));
  const next = offset + limit;
  const items = rows.slice(offset, next);
  const next_cursor = next < rows.length ? Buffer.from(String(next)).toString("base64url") : undefined;
  return { code: "Success", data: { items, next_cursor } };
}

/** The same for the same connection. */
function connectionIdOf(schema: string): string {
  return `speak_${Buffer.from(schema).toString("hex").slice(-12)}`;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function unauthorized(): Response {
  return Response.json({ code: "AuthFailed", message: "Authentication failed" }, { status: 401 });
}

function tooMany(): Response {
  const body = { code: "TooManyRequests", message: "The limit of requests was exceeded" };
  return Response.json(body, { status: 429, headers: { "retry-after": "1" } });
}

function refused(c: Context, status: 400 | 404, code: string, message: string) {
  return c.json({ code, message }, status);
}
