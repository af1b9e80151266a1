import { Temporal } from "temporal-polyfill";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { DROPPED_IN_ORDER, dropAged, type Held } from "../store/clickhouse/retention.ts";
import { legalHolds } from "../store/postgres/legal-holds.ts";
import { flowDatasets, flowRules } from "./scope.ts";

/** Drops facts whose time is over, and never what is under a legal hold. What was dropped stands in the audit log. */
export async function dropExpired(ctx: Pick<Context, "clickhouse" | "postgres" | "estate" | "clock">): Promise<void> {
  const { retention } = ctx.estate.estate;
  const at = ctx.clock.now();
  for (const table of DROPPED_IN_ORDER) {
    const years = retention.tables[table] ?? retention.years;
    const before = yearsBefore(at, years);
    // Looked up for each table, because somebody may place a hold meanwhile.
    const holds = await heldNow(ctx);
    const rows = await dropAged(ctx.clickhouse, table, { before, holds });
    if (rows === 0) continue;
    const detail = { table, rows, before, years, holds: holds.length };
    const what = { action: "retention.drop", subject: `table:${table}`, detail };
    await ctx.postgres.transaction((tx) => record(tx, { at, actor: TIEOUT, ...what }));
  }
}

async function heldNow({ postgres, estate }: Pick<Context, "postgres" | "estate">): Promise<Held[]> {
  const holds = await postgres.ask(legalHolds, {});
  return holds
    .filter(({ releasedAt }) => releasedAt === null)
    .map(({ period, entity, flow: id }) => {
      const flow = id === null ? null : estate.flows.find((each) => each.id === id);
      // A flow that is no longer declared cannot be told from others: then everything is held.
      if (!flow) return { period, entity, datasets: null, rules: null };
      return { period, entity, datasets: flowDatasets(estate, [flow]), rules: flowRules(estate, [flow]) };
    });
}

function yearsBefore(at: Date, years: number): string {
  const now = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO("UTC");
  return now.subtract({ years }).toInstant().toString();
}
