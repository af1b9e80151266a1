import type { ClickHouse } from "../store/clickhouse.ts";
import type { IncomingRow } from "./incoming-row.ts";
import { columnLines, figuresLine, nameLines, periodStatusLines } from "./row-line.ts";

/** A row with its line of the table `incoming`. */
export interface PreparedRow {
  row: IncomingRow;
  line: string;
}

/**
 * Makes rows durable in every table. Figures go first: cut short in between, the events
 * are not there, nobody was told that they are, and sending them again completes what was begun.
 */
export async function insertRows(clickhouse: ClickHouse, rows: readonly PreparedRow[]): Promise<void> {
  const figures = rows.flatMap(({ row }) => figuresLine(row) ?? []);
  if (figures.length > 0) await clickhouse.insertLines("incoming_figures", figures.join("\n"));
  const statuses = rows.flatMap(({ row }) => periodStatusLines(row));
  if (statuses.length > 0) await clickhouse.insertLines("period_statuses", statuses.join("\n"));
  const names = rows.flatMap(({ row }) => nameLines(row));
  if (names.length > 0) await clickhouse.insertLines("run_names", names.join("\n"));
  const columns = rows.flatMap(({ row }) => columnLines(row));
  if (columns.length > 0) await clickhouse.insertLines("lineage_columns", columns.join("\n"));
  if (rows.length > 0) await clickhouse.insertLines("incoming", rows.map(({ line }) => line).join("\n"));
}
