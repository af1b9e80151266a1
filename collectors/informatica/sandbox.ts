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

/** A session dies after so long without use, in milliseconds. */
const IDLE = 30 * 60_000;
/** Run numbers count up with time from here. */
const EPOCH = Date.parse("2026-01-01T00:00:00Z");
/** Printed as UTC, and meant as US Eastern. */
const EASTERN = -4 * 3_600_000;

/** An organisation: sign-in, activity monitor and log, error logs, starting and stopping tasks. */
export const informaticaSandbox = defineSandbox({
  collector: "informatica",
  plays: "load",
  runKey: ({ job, queuedAt }) => `${taskIdOf(job)}/${Math.floor((queuedAt - EPOCH) / 1000)}`,
  failure: { code: "3", message: "Internal error. The DTM process terminated: connection timed out" },
  example: {
    kind: "middleware",
    namespace: "informatica://example",
    source: "GL_EXTRACT",
    job: "mt_GL_LOAD_{entity}",
    target: "GL_LOAD",
    refuses: true,
    smallPages: { pageSize: 7 },
    settings: {
      tasks: [
        {
          name: "mt_GL_LOAD_{entity}",
          dataset: "GL_LOAD",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          ledger: "0L",
        },
      ],
      requestsPerSecond: 5000,
    },
  },
  addresses: ["loginUrl"],
  secrets: { user: "tieout@meridian.example", password: "sandbox-informatica-password" },
  app(world, options) {
    const sessions = new Map<string, number>();
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/saas/public/core/v3/login", async (c) => {
      const { username, password } = await c.req.json<{ username?: string; password?: string }>();
      if (username !== options.connection.user || password !== options.connection.password) return unauthorized();
      const sessionId = crypto.randomUUID();
      sessions.set(sessionId, world.now());
      const products = [{ name: "Integration Cloud", baseApiUrl: `${options.baseUrl}/saas` }];
      return c.json({ products, userInfo: { sessionId, name: username, status: "Active" } });
    });
    app.use("/saas/api/v2/*", async (c, next) => {
      const sessionId = c.req.header("icSessionId") ?? "";
      if (world.now() - (sessions.get(sessionId) ?? -Infinity) > IDLE) return unauthorized();
      sessions.set(sessionId, world.now());
      return next();
    });
    app.route("/saas/api/v2", organisationOf(world, options));
    return app;
  },
});

function organisationOf(world: World, { system }: SandboxOptions): Hono {
  const app = new Hono();
  const phaseOf = (run: SimRun) => world.phase(run).phase;
  const over = () =>
    world
      .runs(system)
      .filter((run) => phaseOf(run) === "ended")
      .sort((one, other) => other.endedAt - one.endedAt);
  app.get("/activity/activityMonitor", (c) => {
    const running = world.runs(system).filter((run) => phaseOf(run) !== "ended");
    return c.json(running.map((run) => monitorEntry(run, phaseOf(run) === "queued" ? "INITIALIZED" : "RUNNING")));
  });
  app.get("/activity/activityLog", (c) => {
    const task = c.req.query("taskId");
    const entries = over().filter(({ job }) => task === undefined || taskIdOf(job) === task);
    const offset = Number(c.req.query("offset") ?? 0);
    const limit = Math.min(1000, Number(c.req.query("rowLimit") ?? 200));
    return c.json(entries.slice(offset, offset + limit).map(logEntry));
  });
  app.get("/activity/errorLog/:id", (c) => {
    const run = over().find((each) => logIdOf(each) === c.req.param("id"));
    if (!run || run.rejections.length === 0) return refused(c, 404, "There is no error log.");
    return c.text(
      run.rejections.flatMap((each) => Array<string>(each.count).fill(REASONS[each.kind](each))).join("\n"),
    );
  });
  app.post("/job", async (c) => {
    const { taskName = "" } = await c.req.json<{ taskName?: string }>();
    try {
      const [taskId, runId] = world.start(system, taskName, {}).key.split("/");
      return c.json({ "@type": "job", taskId, taskName, taskType: "MTT", runId: Number(runId) });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return refused(c, error.code === "no-such-job" ? 404 : 403, error.message);
    }
  });
  app.post("/job/stop", async (c) => {
    const { taskId } = await c.req.json<{ taskId?: string }>();
    const runs = world.runs(system).filter((run) => taskIdOf(run.job) === taskId && phaseOf(run) !== "ended");
    for (const { key } of runs) world.cancel(system, key);
    return runs.length > 0 ? c.json({ "@type": "success", code: "200" }) : refused(c, 404, "The task does not run.");
  });
  return app;
}

const REASONS: Record<SimRejection["kind"], (rejection: SimRejection) => string> = {
  "unmapped-member": ({ dimension, member }) => `WRT_8425 no mapping for ${dimension} "${member}"`,
  "invalid-combination": ({ dimension, member }) => `WRT_8425 the combination of ${dimension} "${member}" is not valid`,
  "period-closed": ({ member }) => `WRT_8425 the period ${member} is closed`,
};

function logEntry(run: SimRun) {
  const failed = run.outcome === "failed" || run.outcome === "aborted";
  const partial = run.outcome === "partial";
  return {
    ...{ "@type": "activityLogEntry", id: logIdOf(run), type: "MTT", ...taskOf(run) },
    ...{ startTime: eastern(run.queuedAt), endTime: eastern(run.endedAt) },
    ...{ startTimeUtc: iso(run.queuedAt), endTimeUtc: iso(run.endedAt), state: failed ? 3 : partial ? 2 : 1 },
    ...{ failedSourceRows: 0, successSourceRows: failed ? 0 : run.rowsRead },
    ...{ failedTargetRows: failed ? 0 : run.rowsRejected, successTargetRows: failed ? 0 : run.rowsWritten },
    errorMsg: partial ? `${run.rowsRejected} rows rejected` : failed ? (run.error?.message ?? "Stopped by user") : "",
    ...{ startedBy: "svc@meridian", runContextType: "SCHEDULER", isStopped: run.outcome === "aborted", entries: [] },
  };
}

function taskOf({ job, key }: SimRun) {
  return { objectId: taskIdOf(job), objectName: job, runId: Number(key.split("/")[1]) };
}

function monitorEntry(run: SimRun, executionState: string) {
  const { objectId: taskId, objectName: taskName, runId } = taskOf(run);
  return {
    ...{ "@type": "activityMonitorEntry", id: `m${runId}`, type: "MTT", taskId, taskName, runId, executionState },
    ...{ startTime: eastern(run.queuedAt), startTimeUtc: iso(run.queuedAt), entries: [] },
    ...{ successSourceRows: 0, failedSourceRows: 0, successTargetRows: 0, failedTargetRows: 0 },
  };
}

function logIdOf({ key }: SimRun): string {
  return `010AB2C1${key.split("/")[1]?.padStart(12, "0")}`;
}

/** The same for the same task. */
function taskIdOf(name: string): string {
  let hash = 11;
  for (const letter of name) hash = (hash * 33 + (letter.codePointAt(0) ?? 0)) % 99_999_989;
  return `010AB20Z${String(hash).padStart(12, "0")}`;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function eastern(milliseconds: number): string {
  return iso(milliseconds + EASTERN);
}

function unauthorized(): Response {
  const error = { "@type": "error", code: "AUTH_01", description: "Login failed or session expired.", statusCode: 401 };
  return Response.json(error, { status: 401 });
}

function refused(c: Context, statusCode: 403 | 404, description: string) {
  return c.json({ "@type": "error", code: "UI_10000", description, statusCode }, statusCode);
}
