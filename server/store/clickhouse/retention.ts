import * as z from "zod";
import type { RetainedTable } from "../../../schemas/estate/retention.ts";
import type { ClickHouse } from "../clickhouse.ts";
import { KEPT_HERE, type Kept } from "../shards.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

/** What a legal hold covers, as the tables name it; null does not narrow. */
export interface Held {
  period: string | null;
  entity: string | null;
  datasets: readonly { namespace: string; name: string }[] | null;
  rules: readonly string[] | null;
}

/** Names a table with the rows of every shard: what tells that a row is held may lie on another one. */
type Whole = Kept["whole"];

/** A table with the instant its rows age from, and which rows a hold keeps. A row that does not say is kept. */
interface Aging {
  table: string;
  at: string;
  keeps(held: Held, whole: Whole): string;
}

const text = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const oneOf = (column: string, value: string | null) => (value === null ? "true" : `${column} IN ('', ${text(value)})`);
const ofDatasets = (datasets: Held["datasets"]) =>
  datasets === null
    ? "true"
    : `(namespace, name) IN (${[{ namespace: "", name: "" }, ...datasets]
        .map(({ namespace, name }) => `(${text(namespace)}, ${text(name)})`)
        .join(", ")})`;
const placed = ({ period, entity, datasets }: Held) =>
  `${oneOf("entity", entity)} AND ${oneOf("period", period)} AND ${ofDatasets(datasets)}`;
/** Runs a hold covers, and those of which nothing is known to be read or filled. */
const ofRuns = (held: Held, whole: Whole) =>
  `((job_namespace, job_name, run_id) IN (SELECT job_namespace, job_name, run_id FROM ${whole("run_io")} WHERE ${placed(held)})
    OR (job_namespace, job_name, run_id) NOT IN (SELECT job_namespace, job_name, run_id FROM ${whole("run_io")}))`;
const byEntity = (held: Held) => `${oneOf("entity", held.entity)} AND ${oneOf("period", held.period)}`;
const extracts = (whole: Whole) => `SELECT load FROM ${whole("line_extracts")} WHERE`;

/** Tables in the order they are dropped from: what tells which rows are held goes last. */
const AGING: Record<RetainedTable, readonly Aging[]> = {
  events: [
    {
      table: "events",
      at: "event_time",
      keeps: (held, whole) =>
        `(${ofRuns(held, whole)} OR event_id IN (SELECT event_id FROM ${whole("control_totals")} WHERE ${placed(held)}))`,
    },
  ],
  "control-totals": [{ table: "control_totals", at: "event_time", keeps: placed }],
  "check-results": [
    {
      table: "check_results",
      at: "checked_at",
      keeps: (held) =>
        `${byEntity(held)} AND ${held.rules === null ? "true" : `rule IN (${["", ...held.rules].map(text).join(", ")})`}`,
    },
  ],
  lines: [
    ...["lines", "line_buckets"].map((table) => ({
      table,
      at: "load",
      keeps: (held: Held, whole: Whole) => `load IN (${extracts(whole)} ${byEntity(held)})`,
    })),
    { table: "line_extracts", at: "received_at", keeps: byEntity },
  ],
  quarantine: [{ table: "quarantine", at: "received_at", keeps: () => "true" }],
  runs: [
    { table: "runs", at: "last_event_at", keeps: ofRuns },
    { table: "run_io", at: "last_seen_at", keeps: placed },
  ],
};

/** The order matters: see `AGING`. */
export const DROPPED_IN_ORDER = Object.keys(AGING) as RetainedTable[];

/**
 * Drops what is older than an instant and under no hold. Answers how many rows that were.
 *
 * @param before An instant as text
 */
export async function dropAged(
  clickhouse: ClickHouse,
  name: RetainedTable,
  { before, holds }: { before: string; holds: readonly Held[] },
): Promise<number> {
  let dropped = 0;
  const until = `parseDateTime64BestEffort(${text(before)}, 3)`;
  for (const { table, at, keeps } of AGING[name]) {
    const where = (whole: Whole) => {
      const aged = at === "load" ? `load IN (${extracts(whole)} received_at < ${until})` : `${at} < ${until}`;
      return [aged, ...holds.map((held) => `NOT (${keeps(held, whole)})`)].join(" AND ");
    };
    const [counted] = await clickhouse.ask(rowsWhere(table, where(KEPT_HERE.whole)), {});
    if (!counted || counted.rows === 0) continue;
    await clickhouse.change(({ on, whole }) => `DELETE FROM ${table} ${on} WHERE ${where(whole)}`);
    dropped += counted.rows;
  }
  return dropped;
}

function rowsWhere(table: string, where: string) {
  return defineQuestion({
    engine: "clickhouse",
    name: `retention.${table}`,
    params: z.object({}),
    row: z.object({ rows: CountColumn }),
    sql: `SELECT count() AS rows FROM ${table} WHERE ${where}`,
  });
}
