import { Hono, type Context } from "hono";
import { filled, jobPattern } from "../job-name.ts";
import { defineSandbox, WorldRefusal, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { logProjection } from "./sandbox-logs.ts";
import { Settings } from "./settings.ts";

const TOKEN = "sandbox-cpi-token";
const CSRF = "sandbox-cpi-csrf";
const PAGE_CAP = 1000;
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A Cloud Integration tenant: token endpoint, message processing logs, HTTPS senders. Source: the vendor's OData API documentation. */
export const sapIntegrationSuiteSandbox = defineSandbox({
  collector: "sap-integration-suite",
  runKey: ({ letters }) => `AG${letters(URL_SAFE, 26)}`,
  example: {
    kind: "middleware",
    namespace: "cpi://example",
    source: "GL_EXTRACT",
    job: "GL_ACTUALS_OUT {entity}",
    target: "GL_ACTUALS_OUT",
    smallPages: { pageSize: 7 },
    settings: {
      iflows: [
        {
          name: "GL_ACTUALS_OUT {entity}",
          dataset: "GL_ACTUALS_OUT",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          upstream: { namespace: "feed://example", job: "FEED {entity}", header: "feedRun" },
          trigger: "/http/gl-actuals/{entity}",
        },
      ],
    },
  },
  addresses: ["url", "tokenUrl"],
  secrets: { clientId: "sb-tieout!b1|it-rt-meridian!b1", clientSecret: "sandbox-cpi-secret" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const logs = logProjection(world, options.system, settings);
    const app = new Hono();
    app.post("/oauth/token", (c) => issueToken(c, options.connection));
    app.use("/api/*", showsFaults(world, options.system, unauthorized));
    app.use("/api/*", limitsRequests(world, { perSecond: 100, burst: 100 }, tooMany));
    app.use("*", async (c, next) => (c.req.header("authorization") === `Bearer ${TOKEN}` ? next() : unauthorized()));

    app.get("/api/v1/MessageProcessingLogs", (c) => {
      const query = c.req.query();
      const wanted = selection(query.$filter ?? "");
      if (!wanted) return odataError(c, 400, "Bad Request", "The query specified in the URI is not valid.");
      const found = wanted.applicationId ? logs.ofApplication(wanted.applicationId) : logs.endedSince(wanted.since);
      const skip = Number(query.$skiptoken ?? query.$skip ?? 0);
      const top = Math.min(Number(query.$top ?? PAGE_CAP), settings.pageSize, PAGE_CAP);
      const results = found.slice(skip, skip + top);
      const next = skip + top < found.length ? nextLink(c, options.baseUrl, skip + top) : undefined;
      return c.json({ d: { results, __next: next } });
    });

    app.get("/api/v1/:entity{MessageProcessingLogs\\('[^']+'\\)}", (c) => {
      const log = logs.log(keyOf(c.req.param("entity")));
      return log ? c.json({ d: log }) : odataError(c, 404, "Not Found", "Requested entity could not be found.");
    });

    app.get("/api/v1/:entity{MessageProcessingLogs\\('[^']+'\\)}/ErrorInformation/$value", (c) => {
      const text = logs.errorText(keyOf(c.req.param("entity")));
      return text ? c.text(text) : odataError(c, 404, "Not Found", "Requested entity could not be found.");
    });

    app.get("/http/*", (c) => c.body(null, 200, { "x-csrf-token": CSRF, "set-cookie": "JSESSIONID=1; Path=/http" }));
    app.post("/http/*", (c) => receive(c, world, options, settings, logs));
    return app;
  },
});

function issueToken(c: Context, connection: Record<string, string>) {
  const pair = [connection.clientId ?? "", connection.clientSecret ?? ""].map(encodeURIComponent).join(":");
  const basic = Buffer.from(pair).toString("base64");
  if (c.req.header("authorization") !== `Basic ${basic}`) {
    return c.json({ error: "unauthorized", error_description: "Bad credentials" }, 401);
  }
  return c.json({ access_token: TOKEN, token_type: "bearer", expires_in: 43_199, scope: "it!b1.MonitoringDataRead" });
}

async function receive(
  c: Context,
  world: World,
  options: SandboxOptions,
  settings: Settings,
  logs: ReturnType<typeof logProjection>,
) {
  if (c.req.header("x-csrf-token") !== CSRF) return c.text("CSRF token required", 403, { "x-csrf-token": "Required" });
  const job = world
    .jobs(options.system)
    .map((each) => each.job)
    .find((name) => settings.iflows.some((iflow) => senderPath(iflow, name) === c.req.path));
  const key = c.req.header("sap_applicationid");
  if (!job) return c.text("No endpoint found", 404);
  try {
    const parameters = await c.req.json<Record<string, string>>();
    const run = world.start(options.system, job, { idempotencyKey: key, parameters });
    if (key) logs.remember(key, run.key);
    return c.body(null, 202, { SAP_MessageProcessingLogID: run.key });
  } catch (error) {
    if (!(error instanceof WorldRefusal)) throw error;
    return c.text(`An internal server error occurred: ${error.message}`, 500);
  }
}

function senderPath(iflow: Settings["iflows"][number], job: string): string | null {
  const entity = jobPattern(iflow.name).entityIn(job);
  return iflow.trigger && entity !== null ? filled(iflow.trigger, entity) : null;
}

/** The filters this tenant understands; a literal with a zone is one it does not. */
function selection(filter: string): { since: number; applicationId?: string } | null {
  const application = /^ApplicationMessageId eq '((?:[^']|'')*)'$/.exec(filter);
  if (application) return { since: 0, applicationId: application[1]!.replaceAll("''", "'") };
  const since = /^LogEnd ge datetime'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)'$/.exec(filter);
  return since ? { since: Date.parse(`${since[1]}Z`) } : null;
}

function nextLink(c: Context, baseUrl: string, skip: number): string {
  const url = new URL(`${baseUrl.replace(/\/$/, "")}/api/v1/MessageProcessingLogs`);
  for (const [key, value] of Object.entries(c.req.query())) {
    if (key !== "$skip" && key !== "$skiptoken") url.searchParams.set(key, value);
  }
  url.searchParams.set("$skiptoken", String(skip));
  return url.href;
}

function keyOf(entity: string): string {
  return /\('(.+)'\)/.exec(entity)?.[1] ?? "";
}

function unauthorized(): Response {
  return new Response(null, { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
}

function tooMany(): Response {
  return new Response("Rate limit exceeded", { status: 429, headers: { "retry-after": "1" } });
}

function odataError(c: Context, status: 400 | 404, code: string, value: string) {
  return c.json({ error: { code, message: { lang: "en", value } } }, status);
}
