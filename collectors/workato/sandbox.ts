import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { Settings } from "./settings.ts";

/** The vendor decides how many jobs a page holds. */
const PAGE = 10;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A workspace: recipes, their jobs by handle, requests to run, repeat and cancel. */
export const workatoSandbox = defineSandbox({
  collector: "workato",
  plays: "load",
  runKey: ({ letters, job }) => `${recipeIdOf(job)}/j-${letters(LETTERS, 8)}-${letters(LETTERS, 6)}`,
  failure: { code: "failed", message: "503 Service Unavailable" },
  example: {
    kind: "middleware",
    namespace: "workato://example",
    source: "GL_EXTRACT",
    job: "GL actuals {entity}",
    target: "GL actuals",
    settings: {
      recipes: [
        {
          name: "GL actuals {entity}",
          dataset: "GL actuals",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          ledger: "0L",
        },
      ],
      requestsPerSecond: 5000,
    },
    smallPages: { pageSize: 1 },
  },
  addresses: ["url"],
  secrets: { token: "wrka-sandbox-api-secret" },
  app(world, options) {
    const { requestsPerSecond } = Settings.parse(options.settings);
    const app = new Hono();
    const limit = { perSecond: Math.max(1, requestsPerSecond), burst: 200 };
    app.use(
      "*",
      limitsRequests(world, limit, () => Response.json({ message: "Too many requests" }, { status: 429 })),
    );
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", async (c, next) =>
      c.req.header("authorization") === `Bearer ${options.connection.token}` ? next() : unauthorized(),
    );
    addRecipes(app, world, options);
    return app;
  },
});

function addRecipes(app: Hono, world: World, { system }: SandboxOptions): void {
  const masters = new Map<string, string>();
  const shown = (run: SimRun) => ({
    ...jobOf(world, run),
    ...{ is_repeat: masters.has(run.key), master_job_handle: masters.get(run.key) ?? handleOf(run) },
  });
  const jobs = () => world.jobs(system).map(({ job }) => ({ id: recipeIdOf(job), name: job }));
  const runsOf = (c: Context) => {
    const name = jobs().find(({ id }) => String(id) === c.req.param("recipe"))?.name;
    return world
      .runs(system)
      .filter(({ job }) => job === name)
      .reverse();
  };
  app.get("/api/recipes", (c) => {
    const size = Number(c.req.query("per_page") ?? 100);
    const offset = (Number(c.req.query("page") ?? 1) - 1) * size;
    const items = jobs()
      .slice(offset, offset + size)
      .map((recipe) => ({ ...recipe, ...figuresOf(world, system, recipe.name) }));
    return c.json({ items });
  });
  app.get("/api/recipes/:recipe/jobs", (c) => {
    const runs = runsOf(c);
    const at = runs.findIndex((run) => handleOf(run) === c.req.query("offset_job_id"));
    const newer = c.req.query("prev") === "true" && at >= 0;
    const page = newer ? runs.slice(Math.max(0, at - PAGE), at) : runs.slice(at + 1, at + 1 + PAGE);
    const items = page.map(shown);
    return c.json({ job_count: runs.length, job_scope_count: runs.length, items });
  });
  app.get("/api/recipes/:recipe/jobs/:handle", (c) => {
    const run = runsOf(c).find((each) => handleOf(each) === c.req.param("handle"));
    return run ? c.json({ ...shown(run), lines: [] }) : missing(c);
  });
  const begin = (
    c: Context,
    run: Pick<SimRun, "job" | "period"> | undefined,
    parameters: Record<string, string>,
    master?: string,
  ) => {
    if (!run) return missing(c);
    try {
      const { key } = world.start(system, run.job, { parameters });
      if (master) masters.set(key, master);
      return c.json({ success: true });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return c.json({ message: error.message }, 400);
    }
  };
  app.post("/api/recipes/:recipe/force_run", (c) => begin(c, runsOf(c)[0], {}));
  app.post("/api/recipes/:recipe/repeat_jobs", async (c) => {
    const { job_ids: [handle] = [] } = await c.req.json<{ job_ids?: string[] }>();
    const run = runsOf(c).find((each) => handleOf(each) === handle);
    return begin(c, run, run ? { period: run.period } : {}, run && shown(run).master_job_handle);
  });
  app.post("/api/recipes/:recipe/cancel_jobs", async (c) => {
    const { job_ids = [] } = await c.req.json<{ job_ids?: string[] }>();
    const result = job_ids.map((handle) => [
      handle,
      { result: world.cancel(system, `${c.req.param("recipe")}/${handle}`) },
    ]);
    return c.json({ result: Object.fromEntries(result) });
  });
}

function figuresOf(world: World, system: string, name: string) {
  const runs = world.runs(system).filter(({ job }) => job === name);
  const ended = runs.filter((run) => world.phase(run).phase === "ended");
  const failed = ended.filter(({ outcome }) => outcome === "failed").length;
  const last_run_at = runs.length > 0 ? iso(runs.at(-1)!.queuedAt) : null;
  return { running: true, job_succeeded_count: ended.length - failed, job_failed_count: failed, last_run_at };
}

const ENDS: Record<SimRun["outcome"], string> = {
  ...{ complete: "succeeded", partial: "succeeded", held: "succeeded" },
  ...{ failed: "failed", aborted: "cancelled" },
};

function jobOf(world: World, run: SimRun) {
  const ended = world.phase(run).phase === "ended";
  const failed = ended && run.outcome === "failed";
  const handle = handleOf(run);
  return {
    ...{ id: handle, handle, recipe_id: recipeIdOf(run.job), title: `New GL batch ${run.correlationId}` },
    status: ended ? ENDS[run.outcome] : "pending",
    started_at: iso(run.queuedAt),
    completed_at: ended ? iso(run.endedAt) : null,
    ...{ is_error: failed, is_poll_error: false, error: failed ? run.error?.message : null },
    ...{ is_test: false, is_test_case_job: false },
  };
}

function handleOf({ key }: SimRun): string {
  return key.split("/")[1] ?? "";
}

/** The same number for the same recipe. */
function recipeIdOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9_999_991;
  return 10_000_000 + hash;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function unauthorized(): Response {
  return Response.json({ message: "Unauthorized" }, { status: 401 });
}

function missing(c: Context) {
  return c.json({ message: "Not found" }, 404);
}
