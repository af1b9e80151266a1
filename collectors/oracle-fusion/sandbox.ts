import { Hono, type Context } from "hono";
import { stringify } from "lossless-json";
import { defineSandbox, WorldRefusal, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { balanceItems } from "./sandbox-books.ts";
import { essRequests } from "./sandbox-requests.ts";
import { Settings } from "./settings.ts";

const PAGE = 25;
const LEDGER = {
  entities: {
    DE01: { ledgerName: "Example DE", currency: "EUR", combination: "DE01-%-%" },
    GB01: { ledgerName: "Example GB", currency: "GBP", combination: "GB01-%-%" },
  },
  accountSegment: 2,
  accounts: { from: "400000", to: "699999" },
};

/** A pod of Oracle Fusion: the Enterprise Scheduler with its SCIM filters, balances of ledgers, Basic authentication. */
export const oracleFusionSandbox = defineSandbox({
  collector: "oracle-fusion",
  runKey: ({ digits }) => `4${digits(8)}`,
  failure: { code: "PROCESS_ERROR", message: "ORA-04068: existing state of packages has been discarded" },
  example: {
    kind: "erp",
    namespace: "fusion://example",
    source: "GL balances",
    job: "GL actuals {entity}",
    target: "GL actuals extract",
    smallPages: { ledger: { ...LEDGER, pageSize: 3 } },
    settings: {
      jobs: [
        {
          name: "GL actuals {entity}",
          dataset: "GL actuals extract",
          inputs: [{ namespace: "fusion://example", name: "GL balances" }],
          completeThrough: "start",
          arguments: { period: 2, batch: 3 },
          submits: {
            jobDefinitionId: "JobDefinition://oracle/apps/ess/custom/finance/GlActualsExtract",
            arguments: ["{entity}", "{periodName}", "{batch}"],
          },
        },
      ],
      ledger: LEDGER,
    },
  },
  addresses: ["url"],
  secrets: { user: "SVC.TIEOUT", password: "sandbox-fusion-password" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const { user, password } = options.connection;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", limitsRequests(world, { perSecond: 50, burst: 500 }, tooMany));
    app.use("*", async (c, next) => (c.req.header("authorization") === basic ? next() : unauthorized()));
    addScheduler(app, world, options, settings);
    app.get(`/fscmRestApi/resources/${settings.resources}/ledgerBalances`, (c) => {
      const items = balanceItems(world, options.system, settings, c.req.query("finder") ?? "");
      if (!items) return adfError(c, "The finder AccountBalanceFinder needs all of its variables.");
      const [limit, offset] = [Math.min(Number(c.req.query("limit") ?? 25), 500), Number(c.req.query("offset") ?? 0)];
      const page = items.slice(offset, offset + limit);
      const hasMore = offset + limit < items.length;
      const body = stringify({ items: page, count: page.length, hasMore, limit, offset, links: [] }) ?? "";
      return c.body(body, 200, { "content-type": "application/vnd.oracle.adf.resourcecollection+json" });
    });
    return app;
  },
});

function addScheduler(app: Hono, world: World, { system }: SandboxOptions, settings: Settings): void {
  const path = "/ess/rest/scheduler/v1/requests";
  const requests = essRequests(world, system);
  app.get(path, (c) => {
    const found = requests.found(c.req.query("q") ?? "");
    if (!found) return c.text("ESS-11010: the query is not valid", 400);
    const skip = (Number(c.req.query("pageIndex") ?? settings.firstPage) - settings.firstPage) * PAGE;
    const items = found.slice(skip, skip + PAGE);
    return c.json({ items, count: items.length, hasMore: skip + PAGE < found.length });
  });
  app.get(`${path}/:id`, (c) => {
    const request = requests.one(c.req.param("id"));
    return request ? c.json(request) : c.text("ESS-11003: the request was not found", 404);
  });
  app.post(path, async (c) => {
    const body = await c.req.json<{
      description?: string;
      jobDefinitionId?: string;
      requestParameters?: { name: string; value: string }[];
    }>();
    const job = world.jobs(system).find((each) => body.description?.startsWith(`${each.job} [`));
    if (!job || !body.jobDefinitionId) return c.text("ESS-01001: the job definition was not found", 400);
    try {
      const key = world.start(system, job.job, {}).key;
      requests.describe(key, body.description ?? "");
      return c.json({ requestId: Number(key) }, 201);
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return c.text(`ESS-01050: ${error.message}`, 400);
    }
  });
  app.post(`${path}/:id/cancel`, (c) => {
    const id = c.req.param("id");
    if (!requests.one(id)) return c.text("ESS-11003: the request was not found", 404);
    world.cancel(system, id);
    return c.body(null, 204);
  });
}

function unauthorized(): Response {
  return new Response("Unauthorized", { status: 401, headers: { "www-authenticate": 'Basic realm="fa"' } });
}

function tooMany(): Response {
  return new Response("Too Many Requests", { status: 429, headers: { "retry-after": "1" } });
}

function adfError(c: Context, detail: string) {
  return c.json({ title: "Bad Request", status: "400", "o:errorDetails": [{ detail, "o:errorCode": "27520" }] }, 400);
}
