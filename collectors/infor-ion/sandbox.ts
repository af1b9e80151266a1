import { Hono, type Context } from "hono";
import { filled } from "../job-name.ts";
import { defineSandbox, WorldRefusal, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { addCompass } from "./sandbox-compass.ts";
import { oneView } from "./sandbox-messages.ts";
import { Settings } from "./settings.ts";

const LIFETIME = 7200;
/** The most rows a query of OneView finds. */
const WINDOW = 10_000;

/** A tenant of Infor OS: tokens of a service account, OneView, the messaging service, Compass. */
export const inforIonSandbox = defineSandbox({
  collector: "infor-ion",
  runKey: ({ hex }) => `infor.fsm.1:${hex(24).toLowerCase()}`,
  failure: { code: "Error", message: "Delivery failed: connection to lid://infor.ims.epm timed out" },
  example: {
    kind: "erp",
    namespace: "infor://example",
    source: "GLTotals",
    job: "GL totals {entity}",
    target: "FPI_FCE_IDL_GLTotals",
    smallPages: { pageSize: 3, sliceHours: 6 },
    settings: {
      tenant: "EXAMPLE_PRD",
      jobs: [
        {
          name: "GL totals {entity}",
          documentType: "FPI_FCE_IDL_GLTotals",
          dataset: "FPI_FCE_IDL_GLTotals",
          inputs: [{ namespace: "infor://example", name: "GLTotals" }],
          completeThrough: "start",
        },
      ],
      ledger: {
        entities: ["DE01", "GB01"],
        query: [
          "SELECT accounting_entity AS entity, period, account, currency, COUNT(*) AS entries,",
          "SUM(debit) AS debit, SUM(credit) AS credit FROM GLTotals",
          "WHERE period IN ({periods}) AND account BETWEEN '400000' AND '699999'",
          "GROUP BY accounting_entity, period, account, currency ORDER BY entity, period, account",
        ].join(" "),
        pageSize: 5,
      },
      requestsPerSecond: 4,
    },
  },
  addresses: ["url", "authUrl"],
  secrets: {
    clientId: "EXAMPLE_PRD~tieout",
    clientSecret: "sandbox-infor-secret",
    accessKey: "EXAMPLE_PRD#access",
    secretKey: "sandbox-infor-secret-key",
  },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", limitsRequests(world, { perSecond: 20, burst: 2000 }, tooMany));
    app.post(`/${settings.tokenPath}`, async (c) => {
      const { clientId = "", clientSecret = "", accessKey, secretKey } = options.connection;
      const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
      const form = await c.req.parseBody();
      const isApp = c.req.header("authorization") === `Basic ${Buffer.from(pair).toString("base64")}`;
      const isAccount = form.username === accessKey && form.password === secretKey;
      if (form.grant_type !== "password" || !isApp || !isAccount) return c.json({ error: "invalid_client" }, 401);
      return c.json({ access_token: tokens.issue(), token_type: "Bearer", expires_in: LIFETIME });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    addOneView(app, world, options, settings);
    addCompass(app, world, options, settings);
    return app;
  },
});

function addOneView(app: Hono, world: World, { system }: SandboxOptions, settings: Settings): void {
  const base = `/${settings.tenant}/IONSERVICES`;
  const view = oneView(world, system, settings);
  app.get(`${base}/oneviewapi/data`, (c) => {
    const { filter = "", store = "Message" } = c.req.query();
    const rows = view.found(store, filter)?.slice(0, WINDOW);
    if (!rows) return c.json({ error: { code: "BAD_FILTER", message: "The filter cannot be read." } }, 400);
    const [number, size] = [Number(c.req.query("page") ?? 1), Number(c.req.query("records") ?? 100)];
    return c.json({ numFound: rows.length, fields: rows.slice((number - 1) * size, number * size) });
  });
  app.get(`${base}/oneviewapi/data/streamDocumentPayload`, (c) => {
    const run = view.run(c.req.query("messageId") ?? "");
    if (!run) return c.json({ error: { code: "NOT_FOUND", message: "No such message." } }, 404);
    return c.body(`<SyncGLTotals><Period>${run.period}</Period></SyncGLTotals>`, 200, { "content-type": "text/xml" });
  });
  app.post(`${base}/api/ion/messaging/service/v2/message`, async (c) => {
    const {
      documentName,
      messageId = "",
      document,
    } = await c.req.json<{
      documentName?: string;
      messageId?: string;
      document?: { value?: string };
    }>();
    if (!documentName || !document?.value) return c.json({ status: "ERROR", message: "documentName is missing" }, 400);
    if (view.run(messageId)) return c.json({ status: "ERROR", message: "Duplicate message" }, 400);
    const original = view.run(messageId.replace(/:attempt-\d+$/, ""));
    const job = settings.jobs.find((each) => each.documentType === documentName);
    if (!original || !job) return c.json({ status: "ERROR", message: "No data flow takes this document" }, 400);
    return sent(c, () => view.alias(messageId, world.start(system, filled(job.name, original.entity ?? ""), {}).key));
  });
}

function sent(c: Context, send: () => void) {
  try {
    send();
    return c.json({ status: "OK", message: "Message received" }, 201);
  } catch (error) {
    if (!(error instanceof WorldRefusal)) throw error;
    return c.json({ status: "ERROR", message: error.message }, 400);
  }
}

function unauthorized(): Response {
  return Response.json({ error: "invalid_token" }, { status: 401 });
}

function tooMany(): Response {
  return Response.json({ error: "quota exceeded" }, { status: 429, headers: { "retry-after": "1" } });
}
