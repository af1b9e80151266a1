import { Hono, type Context } from "hono";
import { showsFaults } from "../sandbox-faults.ts";
import { limitsRequests } from "../sandbox-limits.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { defineSandbox, type SimRejection, type SimRun, type World } from "../sandbox.ts";
import { CoupaSettings } from "./settings.ts";

/** Coupa's hard limit of rows on a page. */
const PAGE = 50;

/** A Coupa instance: client credentials, indexes of 50 rows, 404 where there are none, 25 requests a second. */
export const coupaSandbox = defineSandbox({
  collector: "coupa",
  plays: "load",
  runKey: ({ digits }) => `8${digits(6)}`,
  failure: { code: "500", message: "The file could not be parsed" },
  example: {
    kind: "procurement",
    namespace: "coupa://example",
    source: "BUDGET_OUT",
    job: "BUDGET_TO_COUPA_{entity}",
    target: "Budget lines",
    refuses: true,
    smallPages: { pageSize: 7 },
    settings: {
      jobs: [
        {
          ...{ name: "BUDGET_TO_COUPA_{entity}", dataset: "Budget lines", version: "budget" },
          inputs: [{ namespace: "feed://example", name: "BUDGET_OUT" }],
        },
      ],
    },
  },
  addresses: ["url"],
  secrets: { clientId: "c0upa1d", clientSecret: "sandbox-coupa-secret" },
  app(world, options) {
    const settings = CoupaSettings.parse(options.settings);
    const tokens = createTokens(world, 86_399);
    const app = new Hono();
    const unauthorized = () => Response.json({ errors: { exception: ["Unauthorized"] } }, { status: 401 });
    const tooMany = () => Response.json({ errors: { exception: ["Too many requests"] } }, { status: 429 });
    app.use("*", limitsRequests(world, { perSecond: settings.requestsPerSecond, burst: 45 }, tooMany));
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/oauth2/token", async (c) => {
      const form = await c.req.parseBody();
      const { clientId, clientSecret } = options.connection;
      const good = form["client_id"] === clientId && form["client_secret"] === clientSecret && form["scope"];
      if (!good) return c.json({ error: "invalid_client" }, 401);
      return c.json({ access_token: tokens.issue(), token_type: "bearer", expires_in: 86_399, scope: form["scope"] });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    app.get("/api/integrations", (c) =>
      index(
        c,
        world.jobs(options.system).map(({ job }, id) => ({ id: id + 1, code: job, direction: "to_coupa" })),
      ),
    );
    app.get("/api/integration_runs", (c) => {
      const rows = changedSince(c, world, options.system).map((run) => runJson(world, run));
      const ids = c.req.query("id[in]")?.split(",");
      return index(
        c,
        rows.filter(({ id }) => !ids || ids.includes(String(id))),
      );
    });
    app.get("/api/integration_errors", (c) =>
      index(
        c,
        changedSince(c, world, options.system).flatMap((run) => errorsOf(world, run)),
      ),
    );
    return app;
  },
});

function changedSince(c: Context, world: World, system: string): SimRun[] {
  const since = Date.parse(c.req.query("updated_at[gt_or_eq]") ?? "1970-01-01");
  return world
    .runs(system)
    .filter((run) => updatedAt(world, run) >= since)
    .sort((one, other) => updatedAt(world, other) - updatedAt(world, one));
}

function index(c: Context, rows: object[]) {
  const offset = Number(c.req.query("offset") ?? 0);
  const page = rows.slice(offset, offset + Math.min(PAGE, Number(c.req.query("limit") ?? PAGE)));
  return page.length > 0 ? c.json(page) : c.json({ errors: { exception: ["No results found"] } }, 404);
}

function updatedAt(world: World, run: SimRun): number {
  const { phase } = world.phase(run);
  if (phase === "ended") return run.endedAt;
  return phase === "queued" ? run.queuedAt : run.startedAt;
}

function runJson(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const ended = {
    complete: "successful",
    partial: "successful",
    held: "successful",
    failed: "failed",
    aborted: "failed",
  };
  const status = phase === "ended" ? ended[run.outcome] : phase === "queued" ? "pending" : "running";
  const counted = phase === "ended" && run.outcome !== "failed" && run.outcome !== "aborted";
  return {
    ...{ id: Number(run.key), status, flow: run.correlationId },
    "start-time": phase === "queued" ? null : timeOf(run.startedAt),
    "end-time": phase === "ended" ? timeOf(run.endedAt) : null,
    "total-records": counted ? run.rowsWritten + run.rowsRejected : null,
    "records-processed": counted ? run.rowsWritten : null,
    "created-at": timeOf(run.queuedAt),
    "updated-at": timeOf(updatedAt(world, run)),
    integration: { id: 17, code: run.job, name: run.job, direction: "to_coupa", "business-object": "BudgetLine" },
    "integration-errors": errorsOf(world, run),
  };
}

const REFUSED: Record<SimRejection["kind"], string> = {
  "unmapped-member": "is not a valid lookup value",
  "invalid-combination": "is part of a combination that is not allowed",
  "period-closed": "is a period that is closed",
};

function errorsOf(world: World, run: SimRun) {
  if (world.phase(run).phase !== "ended") return [];
  const error = (id: number, message: string, code: string, document?: string) => ({
    ...{ id, status: "Error", resolved: false, "integration-run-id": Number(run.key) },
    ...{ "document-type": "BudgetLine", "document-id": document ?? null, "external-id": null },
    responses: [{ id, "response-code": code, "response-message": message }],
  });
  if (run.outcome === "failed") return [error(1, run.error?.message ?? "Failed", run.error?.code ?? "500")];
  if (run.outcome === "aborted") return [error(1, "The run was stopped by its caller", "STOPPED")];
  return run.rejections.flatMap(({ kind, dimension, member, count, documentRefs }, group) =>
    Array.from({ length: count }, (_, row) =>
      error(
        group * 1000 + row,
        `${dimension} "${member}" ${REFUSED[kind]}`,
        "422",
        documentRefs[row % Math.max(1, documentRefs.length)],
      ),
    ),
  );
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "+00:00");
}
