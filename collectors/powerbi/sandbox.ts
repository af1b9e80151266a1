import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { evaluateDax, modelTables } from "./sandbox-queries.ts";
import { historyOf, refreshDetail } from "./sandbox-refreshes.ts";
import { scanner } from "./sandbox-scan.ts";
import { PowerbiSettings, type Model } from "./settings.ts";

/** Seconds an access token of Entra ID lives. */
const LIFETIME = 3599;
/** Queries a minute and user. */
const QUERIES = { perSecond: 2, burst: 120 };

/** A Power BI tenant: Entra ID tokens, refreshes of semantic models, DAX queries, the admin scanner. */
export const powerbiSandbox = defineSandbox({
  collector: "powerbi",
  example: {
    kind: "bi",
    namespace: "powerbi://example",
    source: "DAT01 Actuals",
    job: "Refresh Close",
    target: "Close",
    settings: {
      tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
      models: [
        {
          groupId: "0b7c61de-3f1a-4b8e-9a77-52d6c9e0f314",
          datasetId: "7e2d9c40-5b16-4f0a-8c3d-1f94a6b2e785",
          name: "Close",
          job: "Refresh Close",
          reads: [{ namespace: "feed://example", name: "DAT01 Actuals" }],
          ledger: "0L",
          totals: {},
        },
      ],
      lineage: { everyMinutes: 720 },
      requestsPerSecond: 5000,
    },
  },
  addresses: ["apiUrl", "authUrl"],
  secrets: { clientId: "6a1b7d52-0f0e-4c6b-9f0e-2f8f4f5f7a10", clientSecret: "sandbox-powerbi-secret" },
  app(world, options) {
    const settings = PowerbiSettings.parse(options.settings);
    const tokens = new Map<string, number>();
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/:tenant/oauth2/v2.0/token", (c) => issueToken(c, world, options.connection, tokens));
    app.use("*", async (c, next) => {
      const token = c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
      return (tokens.get(token) ?? 0) > world.now() ? next() : unauthorized();
    });
    for (const model of settings.models) addModel(app, world, options, model);
    addScanner(app, world, settings);
    return app;
  },
});

async function issueToken(c: Context, world: World, connection: Record<string, string>, tokens: Map<string, number>) {
  const form = await c.req.parseBody();
  if (form.client_id !== connection.clientId || form.client_secret !== connection.clientSecret) {
    const error_description = "AADSTS7000215: Invalid client secret provided.";
    return c.json({ error: "invalid_client", error_description }, 401);
  }
  for (const [token, expiresAt] of tokens) if (expiresAt <= world.now()) tokens.delete(token);
  const access_token = `ey${crypto.randomUUID()}`;
  tokens.set(access_token, world.now() + LIFETIME * 1000);
  return c.json({ token_type: "Bearer", expires_in: LIFETIME, ext_expires_in: LIFETIME, access_token });
}

function addModel(app: Hono, world: World, { system }: SandboxOptions, model: Model): void {
  const path = `/groups/${model.groupId}/datasets/${model.datasetId}`;
  const dataset = world.jobs(system).find(({ job }) => job === model.job)?.dataset ?? "";
  const runOf = (c: Context) => {
    const run = world.run(system, c.req.param("refresh") ?? "");
    return run?.job === model.job ? run : null;
  };
  app.get(`${path}/refreshes`, (c) => {
    const top = Number(c.req.query("$top") ?? 60);
    return c.json({ value: historyOf(world, system, model.job, top) });
  });
  app.get(`${path}/refreshes/:refresh`, (c) => {
    const run = runOf(c);
    if (!run) return refused(c, 404, "RefreshNotFound", "The refresh was not found.");
    if (run.trigger === "schedule") return refused(c, 400, "InvalidRequest", "Not an enhanced refresh.");
    return c.json(refreshDetail(world, run), world.phase(run).phase === "ended" ? 200 : 202);
  });
  app.post(`${path}/refreshes`, (c) => {
    try {
      const { key } = world.start(system, model.job, {});
      return c.body(null, 202, { "x-ms-request-id": key, location: `${c.req.url}/${key}` });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return refused(c, 400, "InvalidRequest", "Another refresh request is already executing");
    }
  });
  app.delete(`${path}/refreshes/:refresh`, (c) => {
    const run = runOf(c);
    if (!run || !world.cancel(system, run.key)) return refused(c, 404, "RefreshNotFound", "The refresh was not found.");
    return c.body(null, 200);
  });
  app.use(`${path}/executeQueries`, limitsRequests(world, QUERIES, tooMany));
  app.post(`${path}/executeQueries`, async (c) => {
    const { queries = [] } = await c.req.json<{ queries?: { query: string }[] }>();
    const tables = model.totals ? modelTables(world, dataset, model.totals) : new Map();
    const answer = evaluateDax(tables, queries[0]?.query ?? "");
    return answer ? c.json(answer) : refused(c, 400, "DatasetExecuteQueriesError", "Failed to execute the DAX query.");
  });
}

function addScanner(app: Hono, world: World, settings: PowerbiSettings): void {
  const scans = scanner(world, settings);
  app.post("/admin/workspaces/getInfo", async (c) => {
    const { workspaces = [] } = await c.req.json<{ workspaces?: string[] }>();
    return c.json(scans.start(workspaces), 202);
  });
  app.get("/admin/workspaces/scanStatus/:scan", (c) => {
    const status = scans.status(c.req.param("scan"));
    return status ? c.json(status) : refused(c, 404, "ScanNotFound", "The scan was not found.");
  });
  app.get("/admin/workspaces/scanResult/:scan", (c) => {
    const result = scans.result(c.req.param("scan"));
    return result ? c.json(result) : refused(c, 404, "ScanNotFound", "The scan was not found.");
  });
}

function unauthorized(): Response {
  return Response.json({ error: { code: "TokenExpired", message: "Access token has expired." } }, { status: 401 });
}

function tooMany(): Response {
  const error = { code: "RequestsThrottled", message: "Too many queries." };
  return Response.json({ error }, { status: 429, headers: { "retry-after": "5" } });
}

function refused(c: Context, status: 400 | 404, code: string, message: string) {
  return c.json({ error: { code, message } }, status);
}
