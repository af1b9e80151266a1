import { Hono, type Context } from "hono";
import { stringify } from "lossless-json";
import { defineSandbox, WorldRefusal, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { activityRows, accountRows } from "./sandbox-books.ts";
import { executionRows } from "./sandbox-executions.ts";
import { Settings } from "./settings.ts";

const LIFETIME = 3599;
/** Requests in five minutes, by user; the limit is retired and what it allowed is still a sane ceiling. */
const LIMIT = { perSecond: 20, burst: 6000 };
const MOST_ROWS = 10_000;
const ACTION = "/data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.";

/** An environment of Dynamics 365 Finance: Entra ID tokens, OData with pages, actions of data management. */
export const dynamics365FinanceSandbox = defineSandbox({
  collector: "dynamics-365-finance",
  runKey: ({ job, guid }) => `${job}-${guid()}`,
  failure: { code: "Error", message: "The batch task failed: a deadlock was found while the staging was written" },
  example: {
    kind: "erp",
    namespace: "d365://example",
    source: "GeneralLedgerActivities",
    job: "GL_ACTUALS_{entity}",
    target: "GL_ACTUALS",
    smallPages: { pageSize: 3 },
    settings: {
      tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
      jobs: [
        {
          name: "GL_ACTUALS_{entity}",
          dataset: "GL_ACTUALS",
          inputs: [{ namespace: "d365://example", name: "GeneralLedgerActivities" }],
          completeThrough: "start",
          exports: { packageName: "gl-actuals" },
        },
      ],
      ledger: {
        ledgers: { "5637144576": "DE01", "22565421953": "GB01" },
        currencies: { DE01: "EUR", GB01: "GBP" },
        accounts: { from: "400000", to: "699999" },
      },
    },
  },
  addresses: ["url", "authUrl"],
  secrets: { clientId: "1d3c4f1e-1f7c-4a44-8f0a-6b0a2b2f8f10", clientSecret: "sandbox-d365-secret" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", limitsRequests(world, LIMIT, tooMany));
    app.post(`/${settings.tenantId}/oauth2/v2.0/token`, async (c) => {
      const { clientId, clientSecret } = options.connection;
      const form = await c.req.parseBody();
      const known = form.client_id === clientId && form.client_secret === clientSecret;
      const audience = form.scope === `${options.baseUrl.replace(/\/$/, "")}/.default`;
      if (!known || !audience) return c.json({ error: "invalid_client", error_description: "AADSTS7000215" }, 401);
      return c.json({ token_type: "Bearer", expires_in: LIFETIME, access_token: tokens.issue() });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    addExecutions(app, world, options, settings);
    app.get("/data/GeneralLedgerActivities", (c) =>
      paged(c, options, activityRows(world, options.system, settings, c.req.query("$filter") ?? "")),
    );
    app.get("/data/MainAccounts", (c) => paged(c, options, accountRows(world, options.system, settings)));
    return app;
  },
});

function addExecutions(app: Hono, world: World, options: SandboxOptions, settings: Settings): void {
  const executions = executionRows(world, options.system);
  app.get("/data/DataManagementExecutionJobDetails", (c) => {
    const rows = executions.found(c.req.query("$filter") ?? "");
    return rows ? paged(c, options, rows) : failed(c, 400, "The query specified in the URI is not valid.");
  });
  app.post(`${ACTION}GetExecutionErrors`, async (c) => {
    const { executionId = "" } = await c.req.json<{ executionId?: string }>();
    return c.json({
      "@odata.context": `${options.baseUrl}/data/$metadata#Edm.String`,
      value: executions.errors(executionId),
    });
  });
  app.post(`${ACTION}ExportToPackage`, async (c) => {
    const { definitionGroupId = "", executionId = "", packageName } = await c.req.json<Record<string, string>>();
    const job = settings.jobs.length > 0 && world.jobs(options.system).find((each) => each.job === definitionGroupId);
    if (!job || !packageName) return failed(c, 500, `The data project ${definitionGroupId} does not exist.`);
    if (executions.isKnown(executionId)) return failed(c, 500, `The execution ${executionId} exists already.`);
    try {
      executions.remember(executionId, world.start(options.system, definitionGroupId, {}).key);
      return c.json({ value: { value: executionId } });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return failed(c, 500, error.message);
    }
  });
}

/** A page of rows with the link to the next one, as long as the client allows. */
function paged(c: Context, { baseUrl }: SandboxOptions, rows: readonly object[]) {
  if (c.req.query("cross-company") !== "true")
    return failed(c, 400, "Rows of other companies need cross-company=true.");
  const asked = Number(/odata\.maxpagesize=(\d+)/.exec(c.req.header("prefer") ?? "")?.[1] ?? MOST_ROWS);
  const size = Math.min(asked, MOST_ROWS);
  const skip = Number(c.req.query("$skip") ?? 0);
  const next = new URL(c.req.url.replace(new URL(c.req.url).origin, baseUrl.replace(/\/$/, "")));
  next.searchParams.set("$skip", String(skip + size));
  const link = skip + size < rows.length ? { "@odata.nextLink": next.href } : {};
  const body = stringify({ value: rows.slice(skip, skip + size), ...link }) ?? "";
  return c.body(body, 200, { "content-type": "application/json; odata.metadata=minimal" });
}

function unauthorized(): Response {
  return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
}

function tooMany(): Response {
  return new Response("Too many requests", { status: 429, headers: { "retry-after": "2" } });
}

function failed(c: Context, status: 400 | 500, message: string) {
  const innererror = { message, type: "System.InvalidOperationException", stacktrace: "", internalexception: null };
  return c.json({ error: { code: "", message: "An error has occurred.", innererror } }, status);
}
