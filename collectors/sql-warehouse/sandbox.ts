import { Hono } from "hono";
import { defineSandbox, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { Settings } from "./settings.ts";

const LOADS = "select * from load_log where changed_at >= {since}";
const TOTALS = "select * from gl_balance_totals";

/** ClickHouse's HTTP interface over two tables that a played world fills: a log of loads, and totals. */
export const sqlWarehouseSandbox = defineSandbox({
  collector: "sql-warehouse",
  runKey: ({ guid }) => guid(),
  failure: { code: "241", message: "Memory limit exceeded while inserting" },
  addresses: ["url"],
  secrets: { user: "tieout", password: "sandbox-warehouse-secret" },
  example: {
    kind: "warehouse",
    namespace: "dwh://example",
    source: "gl_extract",
    job: "load_gl_{entity}",
    target: "fin.gl_balance",
    settings: {
      loads: { query: LOADS },
      jobs: [
        {
          name: "load_gl_{entity}",
          dataset: "fin.gl_balance",
          inputs: [{ namespace: "feed://example", name: "gl_extract" }],
        },
      ],
      totals: [{ dataset: "fin.gl_balance", query: TOTALS }],
    },
  },
  app(world, { system, settings: raw, connection }) {
    const { loads, totals } = Settings.parse(raw);
    const app = new Hono();
    app.use("*", showsFaults(world, system, unknownUser));
    app.use("*", async (c, next) => {
      const isKnown =
        c.req.header("x-clickhouse-user") === connection.user &&
        c.req.header("x-clickhouse-key") === connection.password;
      return isKnown ? next() : unknownUser();
    });
    app.post("/", async (c) => {
      const { readonly, param_since = "" } = c.req.query();
      const sql = await c.req.text();
      if (readonly !== "1" && readonly !== "2") return exception(500, 164, "Cannot execute query in readonly mode.");
      if (loads && sql === loads.query.replaceAll("{since}", "{since:DateTime64(3)}")) {
        const since = Date.parse(`${param_since.replace(" ", "T")}Z`);
        return answered(world.runs(system, since).map((run) => logRow(world, run)));
      }
      if (totals.some(({ query }) => query === sql)) return answered(totalRows(world, system));
      return exception(400, 62, "Syntax error");
    });
    return app;
  },
});

function logRow(world: World, run: SimRun): Record<string, string | null> {
  const { phase } = world.phase(run);
  const over = phase === "ended";
  const held = over ? world.delivered(run) : null;
  return {
    ...{ key: run.key, job: run.job, entity: run.entity, period: run.period, batch: run.correlationId },
    state: over ? run.outcome.replace("held", "complete") : phase === "queued" ? "queued" : "running",
    queued_at: iso(run.queuedAt),
    started_at: phase === "queued" ? null : iso(run.startedAt),
    ended_at: over ? iso(run.endedAt) : null,
    snapshot_as_of: run.snapshotAsOf === null ? null : iso(run.snapshotAsOf),
    rows_written: held ? String(run.rowsWritten) : null,
    error: over ? (run.error?.message ?? null) : null,
  };
}

/** What the target table holds, account by account. */
function totalRows(world: World, system: string): Record<string, string | null>[] {
  const datasets = [...new Set(world.jobs(system).map(({ dataset }) => dataset))];
  return datasets.flatMap((dataset) =>
    world.entities.flatMap(({ id }) =>
      world.periods().flatMap(({ period }) => {
        const held = world.totals(dataset, id, period);
        return (held?.accounts ?? []).map(({ account, count, debit, credit, net }) => ({
          ...{ entity: id, period, account, currency: held!.currency, count: String(count), debit, credit, net },
          snapshot_as_of: held!.snapshotAsOf === null ? null : iso(held!.snapshotAsOf),
          batch: held!.correlationId,
        }));
      }),
    ),
  );
}

function answered(rows: Record<string, string | null>[]): Response {
  const names = Object.keys(rows[0] ?? { key: null });
  const data = rows.map((row) => names.map((name) => row[name] ?? null));
  return Response.json({ meta: names.map((name) => ({ name, type: "Nullable(String)" })), data, rows: rows.length });
}

function unknownUser(): Response {
  return exception(
    403,
    516,
    "tieout: Authentication failed: password is incorrect, or there is no user with such name.",
  );
}

function exception(status: number, code: number, message: string): Response {
  return new Response(`Code: ${code}. DB::Exception: ${message} (version 25.8.1)\n`, {
    status,
    headers: { "x-clickhouse-exception-code": String(code) },
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
