import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { Hono, type Context } from "hono";
import { filled } from "../job-name.ts";
import { defineSandbox, WorldRefusal, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens, type SandboxTokens } from "../sandbox-tokens.ts";
import { suiteQlPage } from "./sandbox-books.ts";
import { scriptRuns } from "./sandbox-runs.ts";
import { tokenAuth } from "./sandbox-token-auth.ts";
import { Settings } from "./settings.ts";

const LIFETIME = 3600;
/** Requests an account of the lowest tier serves at once, whatever kind they are. */
const AT_ONCE = 5;
const TOKEN_PATH = "/services/rest/auth/oauth2/v1/token";

const { privateKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

/** A NetSuite account: tokens for signed assertions, the RESTlet of script runs, SuiteQL, a limit of requests at once. */
export const netsuiteSandbox = defineSandbox({
  collector: "netsuite",
  runKey: ({ hex }) => `MAPREDUCETASK_${hex(40).toLowerCase()}_${hex(16).toLowerCase()}`,
  failure: { code: "UNEXPECTED_ERROR", message: "UNEXPECTED_ERROR: the script failed while it wrote its file" },
  example: {
    kind: "erp",
    namespace: "netsuite://example",
    source: "TransactionAccountingLine",
    job: "GL actuals {entity}",
    target: "GL actuals file",
    smallPages: { runs: { pageSize: 3 } },
    settings: {
      jobs: [
        {
          name: "GL actuals {entity}",
          dataset: "GL actuals file",
          inputs: [{ namespace: "netsuite://example", name: "TransactionAccountingLine" }],
          completeThrough: "start",
          submits: { scriptId: "customscript_gl_actuals", deploymentId: "customdeploy_gl_actuals_{entity}" },
        },
      ],
      ledger: { subsidiaries: { "2": "DE01", "3": "GB01" }, pageSize: 20, periods: true },
    },
  },
  addresses: ["url", "restletUrl"],
  secrets: {
    ...{ clientId: "8d0f6f3f7bb24c5b", certificateId: "custcertificate_tieout", privateKey },
    ...{ account: "1234567_SB1", consumerKey: "ck-4f1c9b", consumerSecret: "sandbox-netsuite-consumer-secret" },
    ...{ tokenId: "ti-7a2e60", tokenSecret: "sandbox-netsuite-token-secret" },
  },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, invalidLogin));
    let inHand = 0;
    app.use("*", async (c, next) => {
      if (inHand >= AT_ONCE) return overLimit(c);
      inHand += 1;
      await next().finally(() => (inHand -= 1));
      return undefined;
    });
    app.post(TOKEN_PATH, (c) => issueToken(c, world, options, tokens));
    const isSigned = tokenAuth(world, options.connection);
    const isKnown = (c: Context) =>
      settings.signIn === "token" ? isSigned(c.req.raw) : tokens.holds(c.req.header("authorization"));
    app.use("*", async (c, next) => (isKnown(c) ? next() : invalidLogin()));
    addRestlet(app, world, options, settings);
    app.post("/services/rest/query/v1/suiteql", async (c) => {
      if (!/\btransient\b/i.test(c.req.header("prefer") ?? ""))
        return refused(c, 400, "INVALID_HEADER", "Prefer: transient");
      const { q = "" } = await c.req.json<{ q?: string }>();
      const [limit, offset] = [Number(c.req.query("limit") ?? 1000), Number(c.req.query("offset") ?? 0)];
      if (limit > 1000 || offset % limit !== 0) return refused(c, 400, "INVALID_PARAMETER", "Invalid limit or offset.");
      const page = suiteQlPage(world, options.system, settings, q, { limit, offset });
      return page
        ? c.json(page)
        : refused(c, 400, "INVALID_QUERY", "Search error occurred: invalid or unsupported search");
    });
    return app;
  },
});

async function issueToken(c: Context, world: World, options: SandboxOptions, tokens: SandboxTokens) {
  const form = await c.req.parseBody();
  const assertion = String(form.client_assertion ?? "");
  const known =
    form.grant_type === "client_credentials" &&
    form.client_assertion_type === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" &&
    isAsserted(assertion, world, options);
  if (!known) return c.json({ error: "invalid_request" }, 401);
  return c.json({ access_token: tokens.issue(), expires_in: String(LIFETIME), token_type: "bearer" });
}

function isAsserted(assertion: string, world: World, { connection, baseUrl }: SandboxOptions): boolean {
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const key = { key: createPublicKey(connection.privateKey ?? ""), dsaEncoding: "ieee-p1363" } as const;
  if (!verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))) return false;
  const { kid, typ } = decoded(header);
  const { iss, aud, exp, iat, scope } = decoded(payload);
  const now = world.now() / 1000;
  const isOurs = typ === "JWT" && kid === connection.certificateId && iss === connection.clientId;
  const isTimely = Number(exp) > now && Number(exp) <= Number(iat) + LIFETIME;
  return isOurs && isTimely && aud === `${baseUrl}${TOKEN_PATH}` && Array.isArray(scope);
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
}

function addRestlet(app: Hono, world: World, { system }: SandboxOptions, settings: Settings): void {
  const path = "/app/site/hosting/restlet.nl";
  const runs = scriptRuns(world, system, settings);
  app.use(path, (c, next) => {
    const { script, deploy } = c.req.query();
    if (script === settings.runs.script && deploy === settings.runs.deploy) return next();
    return Promise.resolve(c.json({ error: { code: "SSS_INVALID_SCRIPTLET_ID", message: "No such script." } }, 404));
  });
  app.get(path, (c) => {
    const { since = "", after = "", limit = "1000", taskId } = c.req.query();
    if (taskId) return c.json({ items: runs.one(taskId), hasMore: false });
    return c.json(runs.page(Date.parse(since), after, Number(limit)));
  });
  app.post(path, async (c) => {
    const { deploymentId = "", parameters = {} } = await c.req.json<{
      deploymentId?: string;
      parameters?: Record<string, string>;
    }>();
    const job = world
      .jobs(system)
      .find(({ job: name, entity }) =>
        settings.jobs.some(
          ({ name: pattern, submits }) =>
            filled(pattern, entity ?? "") === name &&
            filled(submits?.deploymentId ?? "", (entity ?? "").toLowerCase()) === deploymentId,
        ),
      );
    if (!job) return c.json({ error: { code: "INVALID_SCRIPT_DEPLOYMENT_ID", message: deploymentId } }, 400);
    try {
      const period = parameters[settings.parameters.period];
      const run = world.start(system, job.job, { parameters: period ? { period } : {} });
      runs.remember(run.key, parameters[settings.parameters.request] ?? "");
      return c.json({ taskId: run.key });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return c.json({ error: { code: "FAILED_TO_SUBMIT_JOB_REQUEST_1", message: error.message } }, 400);
    }
  });
}

function invalidLogin(): Response {
  const error = { detail: "Invalid login attempt.", "o:errorCode": "INVALID_LOGIN" };
  return Response.json({ title: "Unauthorized", status: 401, "o:errorDetails": [error] }, { status: 401 });
}

function overLimit(c: Context) {
  const error = {
    code: "SSS_REQUEST_LIMIT_EXCEEDED",
    message: "The maximum allowable concurrent requests were exceeded.",
  };
  return c.json({ error }, 400);
}

function refused(c: Context, status: 400, code: string, detail: string) {
  const type = "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1";
  return c.json({ type, title: "Bad Request", status, "o:errorDetails": [{ detail, "o:errorCode": code }] }, status);
}
