import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens } from "../sandbox-tokens.ts";

/** Seconds a token lives. */
const LIFETIME = 180;

/** A self-managed Airbyte: tokens of applications, connections, jobs, and what the configuration API says beside. */
export const airbyteSandbox = defineSandbox({
  collector: "airbyte",
  plays: "load",
  runKey: ({ digits }) => `1${digits(8)}`,
  failure: { code: "transient_error", message: "Timeout while writing to the destination" },
  example: {
    kind: "middleware",
    namespace: "airbyte://example",
    source: "GL_EXTRACT",
    job: "GL extract to warehouse {entity}",
    target: "gl_actuals",
    smallPages: { pageSize: 7 },
    settings: {
      connections: [
        {
          name: "GL extract to warehouse {entity}",
          dataset: "gl_actuals",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          ledger: "0L",
          completeThrough: "start",
        },
      ],
      configPath: "/api/v1",
      requestsPerSecond: 5000,
    },
  },
  addresses: ["apiUrl"],
  secrets: { clientId: "0fe3a7c1-2b5d-4f6e-9a8c-7d1e2f3a4b5c", clientSecret: "sandbox-airbyte-secret" },
  app(world, options) {
    const { clientId, clientSecret } = options.connection;
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/applications/token", async (c) => {
      const given = await c.req.json<{ client_id?: string; client_secret?: string }>();
      if (given.client_id !== clientId || given.client_secret !== clientSecret) return unauthorized();
      return c.json({ access_token: tokens.issue(), token_type: "Bearer", expires_in: LIFETIME });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    addJobs(app, world, options);
    return app;
  },
});

function addJobs(app: Hono, world: World, { system }: SandboxOptions): void {
  const connections = world
    .jobs(system)
    .map(({ job }) => ({ connectionId: connectionIdOf(job), name: job, status: "active" }));
  app.get("/connections", (c) => c.json(page(c, connections)));
  app.get("/jobs", (c) => {
    const [from, to] = [c.req.query("updatedAtStart") ?? "", c.req.query("updatedAtEnd") ?? "9"];
    const connection = c.req.query("connectionId");
    const jobs = world
      .runs(system)
      .map((run) => jobOf(world, run))
      .filter((job) => job.lastUpdatedAt >= from && job.lastUpdatedAt <= to)
      .filter((job) => connection === undefined || job.connectionId === connection)
      .sort((one, other) => (one.lastUpdatedAt < other.lastUpdatedAt ? 1 : -1));
    return c.json(page(c, jobs));
  });
  const runOf = (c: Context) => world.run(system, c.req.param("job") ?? "");
  app.get("/jobs/:job", (c) => {
    const run = runOf(c);
    return run ? c.json(jobOf(world, run)) : missing(c);
  });
  app.post("/jobs", async (c) => {
    const { connectionId } = await c.req.json<{ connectionId?: string }>();
    const name = connections.find((each) => each.connectionId === connectionId)?.name;
    if (!name) return missing(c);
    try {
      return c.json(jobOf(world, world.start(system, name, {})));
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return c.json({ type: "error:conflict", title: "conflict", detail: error.message }, 409);
    }
  });
  app.delete("/jobs/:job", (c) => {
    const run = runOf(c);
    if (!run) return missing(c);
    world.cancel(system, run.key);
    return c.json(jobOf(world, run));
  });
  app.post("/api/v1/jobs/get_without_logs", async (c) => {
    const { id } = await c.req.json<{ id?: number }>();
    const run = world.run(system, String(id));
    return run ? c.json(detailOf(run)) : missing(c);
  });
}

const ENDS: Record<SimRun["outcome"], string> = {
  ...{ complete: "succeeded", partial: "succeeded", held: "succeeded" },
  ...{ failed: "failed", aborted: "cancelled" },
};

function jobOf(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const ended = phase === "ended";
  const moved = ended && run.outcome !== "failed";
  return {
    jobId: Number(run.key),
    status: ended ? ENDS[run.outcome] : phase === "queued" ? "pending" : "running",
    jobType: "sync",
    startTime: iso(run.queuedAt),
    connectionId: connectionIdOf(run.job),
    lastUpdatedAt: iso(ended ? run.endedAt : phase === "queued" ? run.queuedAt : run.startedAt),
    ...(ended && { duration: `PT${Math.round((run.endedAt - run.queuedAt) / 1000)}S` }),
    ...{ bytesSynced: moved ? run.rowsWritten * 750 : 0, rowsSynced: moved ? run.rowsWritten : 0 },
  };
}

function detailOf({ key, outcome, error, rowsRead, rowsWritten, rowsRejected }: SimRun) {
  const failed = outcome === "failed";
  const stats = {
    recordsEmitted: rowsRead,
    recordsCommitted: failed ? 0 : rowsWritten,
    recordsRejected: failed ? 0 : rowsRejected,
  };
  const failure = {
    failureOrigin: "destination",
    failureType: error?.code,
    externalMessage: error?.message,
    retryable: true,
  };
  return {
    job: { id: Number(key), configType: "sync", aggregatedStats: stats },
    attempts: [
      { id: 0, status: failed ? "failed" : "succeeded", ...(failed && { failureSummary: { failures: [failure] } }) },
    ],
  };
}

function page(c: Context, rows: readonly object[]) {
  const offset = Number(c.req.query("offset") ?? 0);
  const limit = Math.min(100, Number(c.req.query("limit") ?? 20));
  const next = offset + limit < rows.length ? `${new URL(c.req.url).pathname}?offset=${offset + limit}` : null;
  return { data: rows.slice(offset, offset + limit), next, previous: null };
}

/** The same for the same connection. */
function connectionIdOf(name: string): string {
  const hex = Buffer.from(name.padEnd(16, "-")).toString("hex").slice(-32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function unauthorized(): Response {
  return Response.json({ status: 401, title: "unauthorized", detail: "The token is not valid." }, { status: 401 });
}

function missing(c: Context) {
  return c.json({ status: 404, title: "resource-not-found" }, 404);
}
