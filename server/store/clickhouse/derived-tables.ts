import type { ClickHouse } from "../clickhouse.ts";

/** Tables that hold nothing the raw events do not say. */
export const DERIVED_TABLES = [
  "runs",
  "run_io",
  "correlations",
  "lineage_steps",
  "lineage_columns",
  "watermarks",
  "control_totals",
  "period_statuses",
  "run_names",
] as const;

/** Empties everything derived; raw events stay. */
export async function emptyDerivedTables(clickhouse: ClickHouse): Promise<void> {
  for (const table of DERIVED_TABLES) await clickhouse.change(({ on }) => `TRUNCATE TABLE ${table} ${on}`);
}
