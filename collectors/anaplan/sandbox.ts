import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { addCloudWorks } from "./sandbox-cloud-works.ts";
import { createTokens } from "./sandbox-tokens.ts";
import { dumpChunks, IMPORT, taskProjection } from "./sandbox-tasks.ts";
import { viewsOf } from "./sandbox-views.ts";
import { AnaplanSettings } from "./settings.ts";

/** An Anaplan model: tokens of 35 minutes, processes and their tasks, failure dumps, saved views. */
export const anaplanSandbox = defineSandbox({
  collector: "anaplan",
  runKey: ({ hex }) => hex(32),
  example: {
    kind: "planning",
    namespace: "anaplan://example",
    source: "GL_EXTRACT",
    job: "Load Actuals {entity}",
    target: "Finance.DAT01 Actuals",
    refuses: true,
    smallPages: { taskPageSize: 2 },
    settings: {
      workspaceId: "8a81b08e5e9d4f0a015f2c3b7d61e904",
      modelId: "C3A9D27E41B84F6EA05D9B1F7C62E830",
      loads: [
        {
          process: "Load Actuals {entity}",
          reads: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          fills: "Finance.DAT01 Actuals",
          totalsView: "208000000011",
          ledger: "0L",
        },
      ],
      loadLog: { latestView: "208000000021", linesView: "208000000022" },
      requestsPerSecond: 5000,
    },
  },
  addresses: ["apiUrl", "authUrl", "cloudWorksUrl", "auditUrl"],
  secrets: { user: "tieout@meridian.example", password: "sandbox-anaplan-password" },
  app(world, options) {
    const settings = AnaplanSettings.parse(options.settings);
    const tokens = createTokens(world, options.connection);
    const app = new Hono();
    app.use("*", limitsRequests(world, { perSecond: settings.requestsPerSecond, burst: settings.burst }, tooMany));
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/token/authenticate", (c) => tokenAnswer(c, tokens.authenticate(c.req.header("authorization"))));
    app.post("/token/refresh", (c) => tokenAnswer(c, tokens.renew(c.req.header("authorization"))));
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    addProcesses(app, world, options, settings);
    addViews(app, world, options, settings);
    addCloudWorks(app, world, options.system);
    return app;
  },
});

function addProcesses(app: Hono, world: World, { system }: SandboxOptions, settings: AnaplanSettings): void {
  const path = `/workspaces/${settings.workspaceId}/models/${settings.modelId}/processes`;
  const cancelled = new Set<string>();
  const tasks = taskProjection(world, cancelled);
  const processes = world.jobs(system).map(({ job }, index) => ({ id: String(118_000_000_001 + index), name: job }));
  const nameOf = new Map(processes.map(({ id, name }) => [id, name]));
  const runOf = (c: Context): SimRun | null => {
    const run = world.run(system, c.req.param("task") ?? "");
    return run && run.job === nameOf.get(c.req.param("process") ?? "") ? run : null;
  };

  app.get(path, (c) => c.json(page(c, "processes", processes)));
  app.get(`${path}/:process/tasks`, (c) => {
    // Like the vendor, an unknown process has no tasks rather than none of its own.
    const name = nameOf.get(c.req.param("process"));
    const runs = world.runs(system).filter(({ job }) => job === name);
    if (c.req.query("sort") === "-creationDate") runs.reverse();
    return c.json(page(c, "tasks", runs, tasks.head));
  });
  app.get(`${path}/:process/tasks/:task`, (c) => {
    const run = runOf(c);
    return run ? c.json({ ...envelope(), task: tasks.detail(run) }) : missing(c);
  });
  app.post(`${path}/:process/tasks`, async (c) => {
    const job = nameOf.get(c.req.param("process"));
    const { localeName } = await c.req.json<{ localeName?: string }>().catch(() => ({ localeName: undefined }));
    if (!job) return missing(c);
    if (!localeName) return refused(c, 400, "Missing localeName");
    try {
      return c.json({ ...envelope(), task: { taskId: world.start(system, job, {}).key } });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return error.code === "already-running" ? refused(c, 409, error.message) : missing(c);
    }
  });
  app.delete(`${path}/:process/tasks/:task`, (c) => {
    const run = runOf(c);
    if (!run) return missing(c);
    if (world.cancel(system, run.key)) cancelled.add(run.key);
    return c.body(null, 204);
  });
  app.get(`${path}/:process/tasks/:task/dumps/:object/chunks/:chunk?`, (c) => {
    const run = runOf(c);
    const known = run && c.req.param("object") === IMPORT && run.rejections.length > 0;
    if (!known) return missing(c);
    const chunks = dumpChunks(run, settings.dump);
    const chunk = c.req.param("chunk");
    if (chunk !== undefined)
      return c.body(chunks[Number(chunk)] ?? "", 200, { "content-type": "application/octet-stream" });
    return c.json({ ...envelope(), chunks: chunks.map((_, id) => ({ id: String(id), name: `Chunk ${id}` })) });
  });
}

function addViews(app: Hono, world: World, { system }: SandboxOptions, settings: AnaplanSettings): void {
  const path = `/models/${settings.modelId}/views/:view`;
  const views = viewsOf(world, system, settings);
  app.get(path, (c) => {
    const view = views.get(c.req.param("view") ?? "");
    if (!view) return missing(c);
    const dimensions = (of: { id: string; name: string }[]) => of.map(({ id, name }) => ({ id, name }));
    const columns = [{ id: "20000000012", name: "Line items" }];
    return c.json({
      ...envelope(),
      viewId: c.req.param("view"),
      rows: dimensions(view.rows),
      columns,
      pages: dimensions(view.pages),
    });
  });
  app.get(`${path}/dimensions/:dimension/items`, (c) => {
    const dimension = views.get(c.req.param("view") ?? "")?.pages.find(({ id }) => id === c.req.param("dimension"));
    if (!dimension) return missing(c);
    return c.json({ ...envelope(), items: dimension.items().map((name) => ({ id: itemId(name), name, code: name })) });
  });
  app.get(`${path}/data`, (c) => {
    const view = views.get(c.req.param("view") ?? "");
    if (!view) return missing(c);
    const turned = new Map((c.req.query("pages") ?? "").split(",").map((pair) => pair.split(":") as [string, string]));
    const items = view.pages.map(({ id, name, items: all }) => {
      const item = all().find((each) => itemId(each) === turned.get(id)) ?? all()[0] ?? "";
      return [name, item] as const;
    });
    const pages = new Map(items);
    return c.json({
      pages: [...pages.values()],
      columnCoordinates: view.lineItems.map((lineItem) => [lineItem]),
      rows: view.data((dimension) => pages.get(dimension) ?? ""),
    });
  });
}

/** Items are known by a number of their own, not by their name. */
function itemId(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 99_999_999;
  return String(220_000_000_000 + hash);
}

function page<T>(c: Context, key: string, all: readonly T[], shown: (item: T) => unknown = (item) => item) {
  const offset = Number(c.req.query("offset") ?? 0);
  const limit = Number(c.req.query("limit") ?? 5000);
  const items = all.slice(offset, offset + limit).map(shown);
  const paging = { currentPageSize: items.length, totalSize: all.length, offset };
  // Anaplan leaves the list out where it is empty.
  return { meta: { paging }, ...envelope(), ...(items.length > 0 && { [key]: items }) };
}

function envelope() {
  return { status: { code: 200, message: "Success" } };
}

function tokenAnswer(c: Context, token: { tokenValue: string; expiresAt: number } | null) {
  if (!token) return unauthorized();
  const status = { status: "SUCCESS", statusMessage: "Login successful" };
  return c.json({ ...status, tokenInfo: { ...token, tokenId: "sandbox", refreshTokenId: "sandbox" } }, 201);
}

function unauthorized(): Response {
  const status = { code: 401, message: "Token is expired or not valid" };
  return Response.json({ status, path: "/2/0", timestamp: "" }, { status: 401 });
}

function tooMany(): Response {
  const status = { code: 429, message: "Too many requests" };
  return Response.json({ status }, { status: 429, headers: { "retry-after": "1" } });
}

function missing(c: Context) {
  return refused(c, 404, "Not found, or no access");
}

function refused(c: Context, code: 400 | 404 | 409, message: string) {
  return c.json({ status: { code, message }, path: c.req.path }, code);
}
