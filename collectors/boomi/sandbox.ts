import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { documentRecord, executionRecord, matches, type Expression } from "./sandbox-records.ts";
import { Settings } from "./settings.ts";

/** The platform's is 100; a smaller one shows its next pages sooner. */
const PAGE = 20;

/** An account of the AtomSphere platform: queries of executions and documents, requests to run, rerun and cancel. */
export const boomiSandbox = defineSandbox({
  collector: "boomi",
  plays: "load",
  runKey: ({ guid, queuedAt }) => `execution-${guid()}-${iso(queuedAt).slice(0, 10).replaceAll("-", ".")}`,
  failure: { code: "ERROR", message: "HTTP 503 from target: Service Unavailable" },
  example: {
    kind: "middleware",
    namespace: "boomi://example",
    source: "GL_EXTRACT",
    job: "GL actuals {entity}",
    target: "GL_ACTUALS",
    refuses: true,
    settings: {
      accountId: "acme-XYZ123",
      processes: [
        {
          name: "GL actuals {entity}",
          dataset: "GL_ACTUALS",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          ledger: "0L",
        },
      ],
      requestsPerSecond: 5000,
    },
  },
  addresses: ["apiUrl"],
  secrets: { user: "BOOMI_TOKEN.tieout@meridian.example", token: "sandbox-boomi-api-secret" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const { user, token } = options.connection;
    const expected = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
    const app = new Hono();
    // What is asked beyond the limit is answered as if the platform were busy.
    const limit = { perSecond: Math.max(10, settings.requestsPerSecond), burst: 200 };
    app.use(
      "*",
      limitsRequests(world, limit, () => Response.json({ message: "Service is busy" }, { status: 503 })),
    );
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", async (c, next) => (c.req.header("authorization") === expected ? next() : unauthorized()));
    app.route(`/${settings.accountId}`, accountOf(world, options));
    return app;
  },
});

function accountOf(world: World, { system, settings: raw }: SandboxOptions): Hono {
  const settings = Settings.parse(raw);
  const app = new Hono();
  const requests = new Map<string, string>();
  const asked = new Set<string>();
  const lists = createLists();
  const originals = new Map<string, string>();
  const recordOf = (run: SimRun) => ({
    ...executionRecord(world, run),
    originalExecutionId: originals.get(run.key) ?? null,
  });
  const records = () => world.runs(system).map(recordOf);

  app.post("/ExecutionRecord/query", async (c) => c.json(lists.first(records().filter(await filterOf(c)))));
  app.post("/GenericConnectorRecord/query", async (c) => {
    const keep = await filterOf(c);
    const runs = world.runs(system).filter(({ key }) => keep({ executionId: key, status: "ERROR" }));
    const documents = runs.flatMap((run) => documentRecord(world, run, settings.tracked));
    return c.json(lists.first(documents.filter(keep)));
  });
  app.post("/:object/queryMore", async (c) => {
    const page = lists.next(await c.req.text());
    return page ? c.json(page) : refused(c, 400, "The query token is not valid.");
  });
  app.get("/ExecutionRecord/async/:request", (c) => {
    const run = world.run(system, requests.get(c.req.param("request")) ?? "");
    if (!run) return refused(c, 400, "The request is not known.");
    // A record exists once the runtime has told of it, so the first look finds none.
    if (!asked.has(run.key)) return (asked.add(run.key), c.body(null, 202));
    return c.json({ "@type": "AsyncOperationResult", result: [recordOf(run)] });
  });
  const begin = (c: Context, job: string, parameters: Record<string, string>, original?: string) => {
    try {
      const requestId = `executionrecord-${crypto.randomUUID()}`;
      const { key } = world.start(system, job, { parameters });
      requests.set(requestId, key);
      if (original) originals.set(key, original);
      return c.json({ "@type": "ExecutionRequest", requestId, recordUrl: `/ExecutionRecord/async/${requestId}` });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return refused(c, 400, error.message);
    }
  };
  app.post("/ExecutionRequest", async (c) => {
    const { processId, DynamicProcessProperties } = await c.req.json<ExecutionRequest>();
    const record = records().find((each) => each.processId === processId);
    if (!record) return refused(c, 400, `No process ${processId} is deployed.`);
    const given = DynamicProcessProperties?.DynamicProcessProperty ?? [];
    return begin(c, record.processName, Object.fromEntries(given.map(({ name, value }) => [name, value])));
  });
  app.post("/RerunDocument", async (c) => {
    const { originalExecutionId } = await c.req.json<{ originalExecutionId: string }>();
    const run = world.run(system, originalExecutionId);
    return run ? begin(c, run.job, { period: run.period }, run.key) : refused(c, 400, "The execution is not known.");
  });
  app.post("/cancelExecution/:execution", (c) => {
    const stopped = world.cancel(system, c.req.param("execution"));
    return stopped ? c.body(null, 202) : refused(c, 400, "The execution is not under way.");
  });
  return app;
}

interface ExecutionRequest {
  processId: string;
  DynamicProcessProperties?: { DynamicProcessProperty: { name: string; value: string }[] };
}

async function filterOf(c: Context): Promise<(record: object) => boolean> {
  const { QueryFilter } = await c.req.json<{ QueryFilter?: { expression: Expression } }>();
  return (record) => !QueryFilter || matches(record as Record<string, unknown>, QueryFilter.expression);
}

/** A list is cut when it is asked for; each token is good for its next page. */
function createLists() {
  const left = new Map<string, object[]>();
  const next = (token: string) => {
    const rows = left.get(token);
    if (!rows) return null;
    left.delete(token);
    return first(rows);
  };
  function first(rows: object[]): object {
    if (rows.length === 0) return { "@type": "QueryResult" };
    const page = { "@type": "QueryResult", result: rows.slice(0, PAGE) };
    if (rows.length <= PAGE) return page;
    const queryToken = crypto.randomUUID();
    left.set(queryToken, rows.slice(PAGE));
    return { ...page, queryToken };
  }
  return { first, next };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function unauthorized(): Response {
  return Response.json({ "@type": "Error", message: "Authentication failed" }, { status: 401 });
}

function refused(c: Context, status: 400, message: string) {
  return c.json({ "@type": "Error", message }, status);
}
