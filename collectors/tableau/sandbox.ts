import { Hono, type Context } from "hono";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { TableauSettings } from "./settings.ts";

const SITE = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
const DATASOURCE = "03b9fbec-81f6-4160-ae49-5f9f6d412758";
/** Seconds a session lives; the policy of a site. */
const LIFETIME = 4 * 3600;

/** A site of Tableau: sessions by personal access token, background jobs, one refresh of a data source at a time. */
export const tableauSandbox = defineSandbox({
  collector: "tableau",
  failure: {
    code: "1",
    message: "com.tableausoftware.nativeapi.exceptions.DataSourceException: Unable to connect to the server",
  },
  example: {
    kind: "bi",
    namespace: "tableau://example",
    source: "DAT01 Actuals",
    job: "Refresh GL Cube",
    target: "GL Cube",
    smallPages: { pageSize: 2 },
    settings: {
      site: "example",
      jobs: [
        {
          ...{ name: "Refresh GL Cube", dataset: "GL Cube", entities: ["DE01", "GB01"], closeDays: 10 },
          inputs: [{ namespace: "feed://example", name: "DAT01 Actuals" }],
          refreshes: { datasource: DATASOURCE },
        },
      ],
      lineage: { sources: [{ contains: "DAT01", namespace: "feed://example", name: "DAT01 Actuals" }] },
    },
  },
  addresses: ["url"],
  secrets: { tokenName: "tieout", tokenSecret: "sandbox-tableau-token-secret" },
  app(world, options) {
    const settings = TableauSettings.parse(options.settings);
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    const refused = (status: number, code: string, summary: string) =>
      Response.json({ error: { code, summary, detail: summary } }, { status });
    const unauthorized = () => refused(401, "401002", "Unauthorized Access");
    const api = `/api/${settings.apiVersion}`;
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post(`${api}/auth/signin`, async (c) => {
      const { credentials } = await c.req.json<{ credentials: Record<string, string> }>();
      const { tokenName, tokenSecret } = options.connection;
      const good =
        credentials["personalAccessTokenName"] === tokenName &&
        credentials["personalAccessTokenSecret"] === tokenSecret;
      if (!good) return refused(401, "401001", "Signin Error");
      return c.json({
        credentials: { token: tokens.issue(), site: { id: SITE, contentUrl: settings.site }, user: { id: SITE } },
      });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("x-tableau-auth")) ? next() : unauthorized()));
    app.post("/api/metadata/graphql", async (c) => metadata(c, world, options));
    addJobs(app, `${api}/sites/${SITE}`, world, options, refused);
    return app;
  },
});

/** Each refreshed data source with the table behind it, and a workbook that shows it. */
async function metadata(c: Context, world: World, { system }: SandboxOptions) {
  const { query = "" } = await c.req.json<{ query?: string }>();
  if (!/publishedDatasources\s*{/.test(query)) return c.json({ data: null, errors: [{ message: "Validation error" }] });
  const names = world.jobs(system).flatMap(({ job }) => /^Refresh (.+)$/.exec(job)?.[1] ?? []);
  const database = { name: "finance" };
  const table = { name: "DAT01", schema: "plan", fullName: "[plan].[DAT01]", connectionType: "postgres", database };
  const datasources = names.map((name) => ({ name, upstreamTables: [table] }));
  const workbooks = names.map((name) => ({
    ...{ name: `${name} overview`, upstreamTables: [table] },
    upstreamDatasources: [{ name }],
  }));
  return c.json({ data: { publishedDatasources: datasources, workbooks } });
}

type Refused = (status: number, code: string, summary: string) => Response;

function addJobs(app: Hono, site: string, world: World, { system }: SandboxOptions, refused: Refused): void {
  const runOf = (c: Context) => world.run(system, c.req.param("job") ?? "");
  app.get(`${site}/jobs`, (c) => {
    const since = Date.parse(/createdAt:gte:([^,]+)/.exec(c.req.query("filter") ?? "")?.[1] ?? "");
    const [pageNumber, pageSize] = [Number(c.req.query("pageNumber") ?? 1), Number(c.req.query("pageSize") ?? 100)];
    const runs = world.runs(system).filter((run) => Math.floor(run.queuedAt / 1000) * 1000 >= since);
    const backgroundJob = runs
      .slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
      .map((run) => listed(world, run));
    const pagination = {
      pageNumber: String(pageNumber),
      pageSize: String(pageSize),
      totalAvailable: String(runs.length),
    };
    return c.json({ pagination, backgroundJobs: backgroundJob.length > 0 ? { backgroundJob } : {} });
  });
  app.get(`${site}/jobs/:job`, (c) => {
    const run = runOf(c);
    return run ? c.json({ job: jobJson(world, run) }) : refused(404, "404009", "Resource Not Found");
  });
  app.put(`${site}/jobs/:job`, (c) => {
    const run = runOf(c);
    if (!run || !world.cancel(system, run.key)) return refused(404, "404009", "Resource Not Found");
    return c.body(null, 200);
  });
  app.post(`${site}/datasources/${DATASOURCE}/refresh`, (c) => {
    const job = world.jobs(system).find(({ flow }) => flow !== "")?.job ?? "";
    try {
      const run = world.start(system, job, {});
      return c.json(
        { job: { id: run.key, mode: "Asynchronous", type: "RefreshExtract", createdAt: timeOf(run.queuedAt) } },
        202,
      );
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return refused(409, "409093", "Job is already queued");
    }
  });
}

function listed(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const ended = { complete: "Success", partial: "Success", held: "Success", failed: "Failed", aborted: "Cancelled" };
  const status = phase === "ended" ? ended[run.outcome] : phase === "queued" ? "Pending" : "InProgress";
  return {
    ...{ id: run.key, status, jobType: "refresh_extracts", priority: "50", createdAt: timeOf(run.queuedAt) },
    ...(phase !== "queued" && { startedAt: timeOf(run.startedAt) }),
    ...(phase === "ended" && { endedAt: timeOf(run.endedAt) }),
  };
}

function jobJson(world: World, run: SimRun) {
  const { phase, progress } = world.phase(run);
  const code = { complete: "0", partial: "0", held: "0", failed: "1", aborted: "2" };
  const over = phase === "ended";
  return {
    ...{ id: run.key, mode: "Asynchronous", type: "RefreshExtract", progress: String(Math.round(progress * 100)) },
    createdAt: timeOf(run.queuedAt),
    ...(phase !== "queued" && { startedAt: timeOf(run.startedAt) }),
    ...(over && { completedAt: timeOf(run.endedAt) }),
    // Written as success before it is over.
    finishCode: over ? code[run.outcome] : "0",
    extractRefreshJob: {
      notes: over && run.outcome === "failed" ? (run.error?.message ?? "Failed") : "",
      datasource: { id: DATASOURCE, name: run.job.replace(/^Refresh /, "") },
    },
  };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
