import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { Settings } from "./settings.ts";

const LIFETIME = 3599;
/** The service decides how many runs a page holds. */
const PAGE = 15;

/** A factory behind Azure Resource Manager: Entra ID tokens, pipeline and activity runs, starts, reruns, stops. */
export const azureDataFactorySandbox = defineSandbox({
  collector: "azure-data-factory",
  plays: "load",
  failure: { code: "2200", message: "ErrorCode=SqlOperationFailed,'A database operation failed. Timeout expired.'" },
  example: {
    kind: "middleware",
    namespace: "adf://example",
    source: "GL_EXTRACT",
    job: "pl_gl_actuals_{entity}",
    target: "dbo.gl_actuals",
    settings: {
      tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
      subscriptionId: "12345678-1234-1234-1234-12345678abcd",
      resourceGroup: "finance",
      factory: "adf-finance",
      pipelines: [
        {
          name: "pl_gl_actuals_{entity}",
          dataset: "dbo.gl_actuals",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          totalsActivity: "Control totals",
          ledger: "0L",
        },
      ],
      requestsPerSecond: 5000,
    },
  },
  addresses: ["apiUrl", "authUrl"],
  secrets: { clientId: "6a1b7d52-0f0e-4c6b-9f0e-2f8f4f5f7a10", clientSecret: "sandbox-adf-secret" },
  app(world, options) {
    const { subscriptionId, resourceGroup, factory, tenantId } = Settings.parse(options.settings);
    const tokens = createTokens(world, LIFETIME);
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post(`/${tenantId}/oauth2/v2.0/token`, async (c) => {
      const form = await c.req.parseBody();
      const { clientId, clientSecret } = options.connection;
      if (form.client_id !== clientId || form.client_secret !== clientSecret) {
        const error_description = "AADSTS7000215: Invalid client secret provided.";
        return c.json({ error: "invalid_client", error_description }, 401);
      }
      return c.json({ token_type: "Bearer", expires_in: LIFETIME, access_token: tokens.issue() });
    });
    app.use("*", async (c, next) => {
      if (!tokens.holds(c.req.header("authorization"))) return unauthorized();
      return c.req.query("api-version") ? next() : refused(c, 400, "MissingApiVersionParameter", "Missing api-version");
    });
    const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.DataFactory/factories/${factory}`;
    app.route(path, factoryOf(world, options));
    return app;
  },
});

function factoryOf(world: World, { system, settings }: SandboxOptions): Hono {
  const { parameters: names } = Settings.parse(settings);
  const app = new Hono();
  const given = new Map<string, Record<string, string>>();
  const groups = new Map<string, string>();
  const shown = (run: SimRun) => ({
    ...pipelineRun(world, run, parametersOf(run)),
    runGroupId: groups.get(run.key) ?? run.key,
  });
  const parametersOf = (run: SimRun) => ({
    [names.entity]: run.entity ?? "",
    [names.period]: run.period,
    ...(run.correlationId && { [names.correlationId]: run.correlationId }),
    ...(run.snapshotAsOf !== null && { [names.snapshotAsOf]: iso(run.snapshotAsOf) }),
    ...given.get(run.key),
  });

  app.get("/pipelines", (c) => c.json({ value: world.jobs(system).map(({ job }) => ({ name: job })) }));
  app.post("/queryPipelineRuns", async (c) => {
    const asked = await c.req.json<RunQuery>();
    if (!asked.lastUpdatedAfter || !asked.lastUpdatedBefore) {
      return refused(c, 400, "BadRequest", "Both lastUpdatedAfter and lastUpdatedBefore are mandatory.");
    }
    const [after, before] = [Date.parse(asked.lastUpdatedAfter), Date.parse(asked.lastUpdatedBefore)];
    const [pipeline] = asked.filters?.[0]?.values ?? [];
    const runs = world
      .runs(system)
      .filter((run) => pipeline === undefined || run.job === pipeline)
      .filter((run) => updatedAt(world, run) >= after && updatedAt(world, run) <= before);
    const offset = Number(asked.continuationToken ?? 0);
    const value = runs.slice(offset, offset + PAGE).map(shown);
    const continuationToken = runs.length > offset + PAGE ? String(offset + PAGE) : null;
    return c.json({ value, continuationToken });
  });
  app.get("/pipelineruns/:run", (c) => {
    const run = world.run(system, c.req.param("run"));
    return run ? c.json(shown(run)) : missing(c, "Run");
  });
  app.post("/pipelineruns/:run/queryActivityruns", (c) => {
    const run = world.run(system, c.req.param("run"));
    return run ? c.json({ value: activityRuns(world, run), continuationToken: null }) : missing(c, "Run");
  });
  app.post("/pipelineruns/:run/cancel", (c) => {
    const run = world.run(system, c.req.param("run"));
    if (!run) return missing(c, "Run");
    const stopped = world.cancel(system, run.key);
    return stopped ? c.body(null, 200) : refused(c, 400, "BadRequest", `Run ${run.key} is not under way.`);
  });
  app.post("/pipelines/:pipeline/createRun", async (c) => {
    const reference = world.run(system, c.req.query("referencePipelineRunId") ?? "");
    const parameters = reference ? parametersOf(reference) : await c.req.json<Record<string, string>>();
    const period = parameters[names.period];
    try {
      const run = world.start(system, c.req.param("pipeline"), { parameters: period ? { period } : {} });
      given.set(run.key, parameters);
      if (reference) groups.set(run.key, groups.get(reference.key) ?? reference.key);
      return c.json({ runId: run.key });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return error.code === "no-such-job" ? missing(c, "Pipeline") : refused(c, 409, "Conflict", error.message);
    }
  });
  return app;
}

interface RunQuery {
  lastUpdatedAfter?: string;
  lastUpdatedBefore?: string;
  continuationToken?: string | null;
  filters?: { operand: string; operator: string; values: string[] }[];
}

const ENDS: Record<SimRun["outcome"], string> = {
  complete: "Succeeded",
  partial: "Succeeded",
  held: "Succeeded",
  failed: "Failed",
  aborted: "Cancelled",
};

function pipelineRun(world: World, run: SimRun, parameters: Record<string, string>) {
  const { phase } = world.phase(run);
  const ended = phase === "ended";
  const status = phase === "queued" ? "Queued" : ended ? ENDS[run.outcome] : "InProgress";
  return {
    runId: run.key,
    isLatest: true,
    pipelineName: run.job,
    parameters,
    invokedBy: { id: "80a01654a9d34ad18b3fcac5d5d76b67", name: run.trigger === "api" ? "Manual" : "tr_daily" },
    runStart: ticks(run.queuedAt),
    // As seen on cancelled runs, which never got an end.
    runEnd: ended && run.outcome !== "aborted" ? ticks(run.endedAt) : null,
    status,
    message: status === "Failed" ? `Operation on target Copy GL failed: ${run.error?.message}` : "",
    lastUpdated: ticks(updatedAt(world, run)),
  };
}

function updatedAt(world: World, run: SimRun): number {
  const { phase } = world.phase(run);
  return phase === "ended" ? run.endedAt : phase === "queued" ? run.queuedAt : run.startedAt;
}

function activityRuns(world: World, run: SimRun) {
  if (world.phase(run).phase !== "ended") return [];
  const failed = run.outcome === "failed";
  const of = { pipelineRunId: run.key, pipelineName: run.job, retryAttempt: null };
  const error = { errorCode: failed ? run.error?.code : "", message: failed ? run.error?.message : "" };
  const { rowsRead, rowsWritten: rowsCopied, rowsRejected: rowsSkipped } = run;
  const copy = {
    ...of,
    ...{ activityName: "Copy GL", activityType: "Copy", status: failed ? "Failed" : "Succeeded" },
    error: { ...error, failureType: failed ? "UserError" : "", target: "Copy GL" },
    output: failed
      ? { errors: [error] }
      : {
          ...{ rowsRead, rowsCopied, rowsSkipped, copyDuration: 6, throughput: 23.1, errors: [] },
          dataConsistencyVerification: { VerificationResult: rowsSkipped > 0 ? "Warning" : "Verified" },
        },
  };
  const delivered = world.delivered(run);
  if (!delivered) return [copy];
  const { currency, accounts } = delivered;
  const value = accounts.map(({ account, count, debit, credit, net }) => ({
    account,
    currency,
    count,
    debit,
    credit,
    net,
  }));
  const output = { count: value.length, value };
  return [copy, { ...of, activityName: "Control totals", activityType: "Lookup", status: "Succeeded", output }];
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** With the seven digits .NET writes. */
function ticks(milliseconds: number): string {
  return iso(milliseconds).replace("Z", "0000Z");
}

function unauthorized(): Response {
  const error = { code: "ExpiredAuthenticationToken", message: "The access token expiry is in the past." };
  return Response.json({ error }, { status: 401 });
}

function missing(c: Context, what: string) {
  return refused(c, 404, `${what}NotFound`, `The ${what.toLowerCase()} was not found.`);
}

function refused(c: Context, status: 400 | 404 | 409, code: string, message: string) {
  return c.json({ error: { code, message, target: null, details: null } }, status);
}
