import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { Settings } from "./settings.ts";

const STATUSES = { complete: 10, partial: 10, held: 10, failed: 20, aborted: 30 };
const WORDS: Record<number, string> = { 1: "Queued", 3: "Running", 10: "Success", 20: "Error", 30: "Cancelled" };

/** dbt Cloud's Admin API v2, and the artifacts dbt Core would leave, over the played world. */
export const dbtSandbox = defineSandbox({
  collector: "dbt",
  plays: "load",
  runKey: ({ digits }) => `7${digits(9)}`,
  failure: { code: "20", message: "Database Error in model gl_balance: the warehouse did not answer in time" },
  addresses: ["url"],
  secrets: { token: "dbtc_sandbox-dbt-token-secret" },
  example: {
    kind: "middleware",
    namespace: "dbt://example",
    source: "gl_extract",
    job: "GL balances {entity}",
    target: "fin.gl_balance",
    settings: {
      read: { from: "cloud", account: 1 },
      jobs: [
        {
          name: "GL balances {entity}",
          dataset: "fin.gl_balance",
          inputs: [{ namespace: "feed://example", name: "gl_extract" }],
        },
      ],
    },
    smallPages: { read: { from: "cloud", account: 1, pageSize: 7 } },
  },
  app(world, { system, settings: raw, connection }) {
    const { read } = Settings.parse(raw);
    const causes = new Map<string, string>();
    const app = new Hono();
    app.use(
      "*",
      showsFaults(world, system, () => refused(401, "Authentication credentials were not provided.")),
    );
    app.use("*", async (c, next) => {
      const isKnown = c.req.header("authorization") === `Bearer ${connection.token}`;
      return isKnown ? next() : refused(401, "Invalid token.");
    });
    if (read.from === "artifacts") return addArtifacts(app, world, system);
    const api = new Hono();
    const rowOf = (run: SimRun) => cloudRun(world, run, jobIds(world, system), causes.get(run.key));
    api.get("/runs/", (c) => list(c, read.pageSize, [...world.runs(system)].reverse().map(rowOf)));
    api.get("/jobs/", (c) =>
      list(
        c,
        read.pageSize,
        [...jobIds(world, system)].map(([name, id]) => ({ id, name })),
      ),
    );
    api.get("/runs/:id/", (c) => {
      const run = world.run(system, c.req.param("id"));
      return run ? c.json(envelope(rowOf(run))) : refused(404, "The requested resource was not found.");
    });
    api.get("/runs/:id/artifacts/run_results.json", (c) => {
      const run = world.run(system, c.req.param("id"));
      const over = run && world.phase(run).phase === "ended" && run.outcome !== "aborted";
      return over ? c.json(runResults(run)) : refused(404, "No artifacts were found.");
    });
    addActs(api, world, system, { rowOf, causes });
    return app.route(`/api/v2/accounts/${read.account}`, api);
  },
});

interface Shown {
  rowOf(run: SimRun): object;
  causes: Map<string, string>;
}

function addActs(api: Hono, world: World, system: string, { rowOf, causes }: Shown): void {
  const begin = (job: string, period: string | undefined, cause: string) => {
    try {
      const run = world.start(system, job, { parameters: period ? { period } : {} });
      causes.set(run.key, cause);
      return Response.json(envelope(rowOf(run)));
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return refused(400, error.message);
    }
  };
  api.post("/jobs/:id/run/", async (c) => {
    const { cause = "" } = await c.req.json<{ cause?: string }>();
    const [job] = [...jobIds(world, system)].find(([, id]) => String(id) === c.req.param("id")) ?? [];
    if (!job) return refused(404, "The requested resource was not found.");
    return begin(job, /\bperiod=(\S+)/.exec(cause)?.[1], cause);
  });
  api.post("/runs/:id/retry/", (c) => {
    const run = world.run(system, c.req.param("id"));
    if (run?.outcome !== "failed" || world.phase(run).phase !== "ended") return refused(400, "RETRY_NOT_FAILED_RUN");
    return begin(run.job, run.period, causeOf(run));
  });
  api.post("/runs/:id/cancel/", (c) => {
    const run = world.run(system, c.req.param("id"));
    if (!run) return refused(404, "The requested resource was not found.");
    world.cancel(system, run.key);
    return c.json(envelope(rowOf(run)));
  });
}

/** The newest ended run of each job as the artifacts of its last invocation. */
function addArtifacts(app: Hono, world: World, system: string): Hono {
  return app.get("/:job/target/run_results.json", (c) => {
    const ended = world
      .runs(system)
      .filter((run) => run.job === c.req.param("job") && world.phase(run).phase === "ended");
    const run = ended.at(-1);
    return run ? c.json(runResults(run)) : c.text("Not found", 404);
  });
}

function jobIds(world: World, system: string): Map<string, number> {
  return new Map(world.jobs(system).map(({ job }, index) => [job, 501 + index]));
}

function cloudRun(world: World, run: SimRun, ids: Map<string, number>, cause = causeOf(run)) {
  const { phase } = world.phase(run);
  const status = phase === "ended" ? STATUSES[run.outcome] : phase === "queued" ? 1 : 3;
  return {
    ...{
      id: Number(run.key),
      account_id: 1,
      job_definition_id: ids.get(run.job),
      status,
      status_humanized: WORDS[status],
    },
    status_message: status === 20 ? run.error?.message : null,
    created_at: spaced(run.queuedAt),
    started_at: phase === "queued" ? null : spaced(run.startedAt),
    finished_at: phase === "ended" ? spaced(run.endedAt) : null,
    trigger: { cause },
    job: { name: run.job },
  };
}

/** What an orchestrator that starts dbt writes as the cause. */
function causeOf(run: SimRun): string {
  const snapshot = run.snapshotAsOf === null ? "" : ` snapshot=${new Date(run.snapshotAsOf).toISOString()}`;
  return `period=${run.period} batch=${run.correlationId ?? "none"}${snapshot}`;
}

function runResults(run: SimRun) {
  const failed = run.outcome === "failed";
  const message = failed ? (run.error?.message ?? "Error") : `SUCCESS ${run.rowsWritten}`;
  return {
    metadata: {
      dbt_schema_version: "https://schemas.getdbt.com/dbt/run-results/v6.json",
      invocation_id: `b1f0c2de-0000-4c1a-9a11-${run.key.padStart(12, "0")}`,
      invocation_started_at: new Date(run.startedAt).toISOString(),
      generated_at: new Date(run.endedAt).toISOString(),
    },
    results: [
      {
        ...{ unique_id: "model.fin.gl_balance", status: failed ? "error" : "success", message, failures: null },
        adapter_response: failed ? {} : { rows_affected: run.rowsWritten },
      },
    ],
    elapsed_time: (run.endedAt - run.startedAt) / 1000,
    args: { vars: { period: run.period, batch: run.correlationId } },
  };
}

function list(c: Context, pageSize: number, rows: object[]): Response {
  const offset = Number(c.req.query("offset") ?? 0);
  const data = rows.slice(offset, offset + Math.min(Number(c.req.query("limit") ?? 100), pageSize));
  return c.json({ ...envelope(data), extra: { pagination: { count: data.length, total_count: rows.length } } });
}

function envelope(data: object) {
  return { status: { code: 200, is_success: true, user_message: "Success!", developer_message: "" }, data };
}

function refused(code: number, user_message: string): Response {
  return Response.json({ status: { code, is_success: false, user_message, developer_message: "" } }, { status: code });
}

function spaced(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "+00:00");
}
