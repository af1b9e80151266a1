import type { Hono } from "hono";
import { LosslessNumber, stringify } from "lossless-json";
import type { SandboxOptions, World } from "../sandbox.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import type { Settings } from "./settings.ts";

/** Compass: queries are taken with 202, told finished with 201, and their rows fetched by offset. */
export function addCompass(app: Hono, world: World, { system }: SandboxOptions, { tenant, ledger }: Settings): void {
  const jobs = `/${tenant}/DATAFABRIC/compass/v2/jobs`;
  const queries = new Map<string, string>();
  app.post(`${jobs}/`, async (c) => {
    if (!c.req.header("content-type")?.startsWith("text/plain"))
      return c.json({ message: "text/plain is expected" }, 415);
    const queryId = crypto.randomUUID();
    queries.set(queryId, await c.req.text());
    return c.json({ queryId, status: "RUNNING", location: `/jobs/${queryId}/status/` }, 202);
  });
  app.get(`${jobs}/:query/status/`, (c) => {
    const sql = queries.get(c.req.param("query"));
    if (sql === undefined) return c.json({ message: "No such query." }, 404);
    if (/\bGLTotals\b/.test(sql)) return c.json({ queryId: c.req.param("query"), status: "FINISHED" }, 201);
    return c.json({ queryId: c.req.param("query"), status: "FAILED", message: "Table not found" }, 201);
  });
  app.get(`${jobs}/:query/result/`, (c) => {
    const sql = queries.get(c.req.param("query")) ?? "";
    const [offset, limit] = [Number(c.req.query("offset") ?? 0), Number(c.req.query("limit") ?? 1000)];
    const rows = ledgerRows(world, system, ledger, sql).slice(offset, offset + limit);
    return c.body(stringify(rows) ?? "[]", 200, { "content-type": "application/json" });
  });
  app.put(`${jobs}/:query/cancel/`, (c) => c.json({ status: queries.delete(c.req.param("query")) ? "CANCELED" : "" }));
}

function ledgerRows(world: World, system: string, ledger: Settings["ledger"], sql: string): object[] {
  const periods = [...(/period IN \(([^)]*)\)/.exec(sql)?.[1] ?? "").matchAll(/'([^']+)'/g)].map(
    ([, period]) => period!,
  );
  const [, from = "", to = ""] = /account BETWEEN '([^']*)' AND '([^']*)'/.exec(sql) ?? [];
  return (ledger?.entities ?? []).flatMap((entity) =>
    periods.flatMap((period) => {
      const held = playedLedger(world, system, entity, period, ledger?.dataset);
      return (held?.accounts ?? [])
        .filter(({ account }) => account >= from && account <= to)
        .map(({ account, count, debit, credit }) => ({
          ...{ entity, period, account, currency: held!.currency, entries: count },
          ...{ debit: new LosslessNumber(debit), credit: new LosslessNumber(credit) },
        }));
    }),
  );
}
