import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { dagRuns, type DagRuns } from "./sandbox-runs.ts";
import { Settings } from "./settings.ts";

/** An API server of Airflow 3, or the webserver of Airflow 2: sign-in, DAGs, DAG runs, tasks and their logs. */
export const airflowSandbox = defineSandbox({
  collector: "airflow",
  plays: "load",
  runKey: ({ job, queuedAt, trigger }) => `${job}/${RUN_TYPES[trigger]}__${new Date(queuedAt).toISOString()}`,
  failure: { code: "AirflowException", message: "AirflowException: HTTP status code 503 from the target" },
  addresses: ["url"],
  secrets: { user: "tieout", password: "sandbox-airflow-password" },
  example: {
    kind: "middleware",
    namespace: "airflow://example",
    source: "GL_EXTRACT",
    job: "gl_load_{entity}",
    target: "gl_actuals",
    smallPages: { pageSize: 7 },
    settings: {
      jobs: [
        {
          name: "gl_load_{entity}",
          dataset: "gl_actuals",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
        },
      ],
    },
  },
  app(world, { system, settings: raw, connection }) {
    const settings = Settings.parse(raw);
    const runs = dagRuns(world, system, settings);
    const tokens = createTokens(world, 86_400);
    const { user = "", password = "" } = connection;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const isV2 = settings.api === "v2";
    const app = new Hono();
    app.use(
      "*",
      showsFaults(world, system, () => problem(isV2, 401, "Unauthorized")),
    );
    app.post("/auth/token", async (c) => {
      const given = await c.req.json<{ username?: string; password?: string }>();
      if (given.username !== user || given.password !== password) return problem(isV2, 401, "Invalid credentials");
      return c.json({ access_token: tokens.issue() }, 201);
    });
    app.use("/api/*", async (c, next) => {
      const header = c.req.header("authorization");
      return (isV2 ? tokens.holds(header) : header === basic) ? next() : problem(isV2, 401, "Unauthorized");
    });
    const api = new Hono();
    api.get("/dags", (c) => {
      const names = [...new Set(world.jobs(system).map(({ job }) => job))];
      const dags = names.map((dag_id) => ({ dag_id, is_paused: false, fileloc: `/opt/airflow/dags/${dag_id}.py` }));
      return c.json({ dags: paged(c, settings, dags), total_entries: dags.length });
    });
    api.get("/dags/~/dagRuns", (c) => {
      const { updated_at_gte = "", updated_at_lte = "" } = c.req.query();
      const found = runs.changed(Date.parse(updated_at_gte), Date.parse(updated_at_lte));
      return c.json({ dag_runs: paged(c, settings, found), total_entries: found.length });
    });
    addRuns(api, runs, isV2);
    addActs(api, world, system, runs, isV2);
    return app.route(`/api/${settings.api}`, api);
  },
});

const RUN_TYPES = { schedule: "scheduled", upstream: "asset_triggered", api: "manual" } as const;

function addRuns(api: Hono, runs: DagRuns, isV2: boolean): void {
  const path = "/dags/:dag/dagRuns/:run";
  const keyOf = (c: Context) => `${c.req.param("dag")}/${c.req.param("run")}`;
  api.get(path, (c) => {
    const run = runs.row(keyOf(c));
    return run ? c.json(run) : problem(isV2, 404, "DAGRun not found");
  });
  api.get(`${path}/taskInstances`, (c) => c.json({ task_instances: runs.failedTasks(keyOf(c)) }));
  api.get(`${path}/taskInstances/:task/logs/:try`, (c) => c.text(runs.log(keyOf(c))));
  api.patch(path, async (c) => {
    const { state, note } = await c.req.json<{ state: string; note?: string }>();
    if (state !== "failed") return problem(isV2, 422, "Invalid state");
    if (note) runs.note(keyOf(c), note);
    return runs.cancel(keyOf(c)) ? c.json(runs.row(keyOf(c))) : problem(isV2, 404, "DAGRun not found");
  });
  api.patch(`${path}/setNote`, async (c) => {
    runs.note(keyOf(c), (await c.req.json<{ note: string }>()).note);
    return c.json(runs.row(keyOf(c)));
  });
}

function addActs(api: Hono, world: World, system: string, runs: DagRuns, isV2: boolean): void {
  api.post("/dags/:dag/dagRuns", async (c) => {
    const { dag_run_id, conf } = await c.req.json<{ dag_run_id: string; conf: Record<string, string> }>();
    const key = `${c.req.param("dag")}/${dag_run_id}`;
    if (runs.row(key)) return problem(isV2, 409, `DAGRun with dag_run_id ${dag_run_id} already exists`);
    return acted(isV2, () => {
      const run = world.start(system, c.req.param("dag"), { idempotencyKey: key, parameters: conf });
      runs.name(run.key, key);
      return c.json(runs.row(key));
    });
  });
  api.post("/dags/:dag/clearTaskInstances", async (c) => {
    const { dry_run, dag_run_id } = await c.req.json<{ dry_run?: boolean; dag_run_id: string }>();
    const key = `${c.req.param("dag")}/${dag_run_id}`;
    const before = runs.row(key);
    if (!before) return problem(isV2, 404, "DAGRun not found");
    if (dry_run === false) {
      return acted(isV2, () => {
        const { period } = before.conf;
        runs.name(world.start(system, c.req.param("dag"), { parameters: period ? { period } : {} }).key, key);
        return c.json({ task_instances: [] });
      });
    }
    return c.json({ task_instances: runs.failedTasks(key) });
  });
}

function acted(isV2: boolean, act: () => Response): Response {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof WorldRefusal)) throw error;
    return problem(isV2, error.code === "no-such-job" ? 404 : 400, error.message);
  }
}

function paged<Row>(c: Context, settings: Settings, rows: readonly Row[]): readonly Row[] {
  const offset = Number(c.req.query("offset") ?? 0);
  return rows.slice(offset, offset + Math.min(Number(c.req.query("limit") ?? 50), settings.pageSize));
}

/** Airflow 2 answers problem details, Airflow 3 a `detail` alone. */
function problem(isV2: boolean, status: number, detail: string): Response {
  const body = isV2 ? { detail } : { type: "about:blank", title: detail, status, detail };
  return Response.json(body, { status });
}
