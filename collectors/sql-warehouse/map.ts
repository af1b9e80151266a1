import { Big } from "big.js";
import type { ControlTotal } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { VendorError } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import type { Holding } from "../holdings.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { hasEnded, RunState, seenRunEvents } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Row } from "./door.ts";
import type { Settings } from "./settings.ts";

export const PRODUCER = producerOf("sql-warehouse");

const RULES: readonly TextRule[] = [
  { pattern: /(?:unmapped|not mapped).*?["'](?<member>[^"']+)["']/i, code: "unmapped-member", class: "business" },
  { pattern: /\bperiod\b.*\b(?:closed|locked)\b/i, code: "period-closed-at-target", class: "business" },
  { pattern: /duplicate key|already loaded/i, code: "duplicate-load", class: "control" },
  { pattern: /column|does not exist|type mismatch/i, code: "contract-drift", class: "technical" },
  { pattern: /./s, code: "job-failed", class: "technical" },
];

/** A load as its log has it. */
export interface Load {
  key: string;
  job: string;
  state: RunState | null;
  queuedAt: string;
  changedAt: string;
  row: Row;
}

/** Throws `VendorError` refused where the query does not answer what a load needs. */
export function loadOf(row: Row): Load {
  const { key, job, state } = row;
  const queuedAt = instant(row.queued_at ?? row.started_at);
  if (!key || !job || !state || !queuedAt) {
    throw new VendorError("refused", "settings.loads.query must answer key, job, state and queued_at in every row.");
  }
  const read = RunState.safeParse(state.toLowerCase());
  const changedAt = instant(row.ended_at) ?? instant(row.started_at) ?? queuedAt;
  return { key, job, state: read.success ? read.data : null, queuedAt, changedAt, row };
}

export function isOpen({ state }: Load): boolean {
  return !hasEnded(state);
}

/** Every event a load implies as it stands, oldest first. */
export function loadEvents(
  { key, job, state, queuedAt, row }: Load,
  namespace: string,
  settings: Settings,
): RunEvent[] {
  const declared = jobNamed(settings.jobs, job);
  const place = declared && placeOf(declared.job, row.entity || declared.entity, periodNamed(row.period));
  const snapshotAsOf = instant(row.snapshot_as_of);
  const error = row.error
    ? { ...exceptionOf(row.error, RULES), ...(place && { entity: place.entity, period: place.period }) }
    : null;
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key, job, state, queuedAt, startedAt: instant(row.started_at), endedAt: instant(row.ended_at) },
    ...{ vendorStatus: row.state ?? "", words: { queued: "queued", running: "running" } },
    exceptions: error ? [error] : [],
    counts: {
      rowsRead: count(row.rows_read),
      rowsWritten: count(row.rows_written),
      rowsRejected: count(row.rows_rejected),
    },
    correlationId: row.batch,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf,
  });
}

/** Rows of a totals query as what its dataset holds, by entity and period. */
export function holdingsIn(rows: readonly Row[], query: Settings["totals"][number]): Holding[] {
  const grouped = Map.groupBy(rows, ({ entity, period }) => `${entity}|${periodNamed(period)}`);
  return [...grouped.values()].flatMap((group): Holding[] => {
    const [{ entity, period, snapshot_as_of }] = group as [Row];
    const place = placeOf(query, entity, periodNamed(period));
    if (!place) throw new VendorError("refused", `The totals of ${query.dataset} need entity and period in every row.`);
    const snapshotAsOf = instant(snapshot_as_of);
    const position = { ...place, ...(snapshotAsOf && { snapshotAsOf, completeThrough: snapshotAsOf }) };
    return [{ dataset: query.dataset, position, totals: group.flatMap((row) => totalsOf(row, place)) }];
  });
}

function totalsOf(row: Row, place: Omit<ControlTotal, "measure" | "value" | "account" | "currency">): ControlTotal[] {
  const { account, currency, batch } = row;
  return (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
    const value = row[measure];
    if (value === null || value === undefined || value === "") return [];
    const at = { ...place, account: account ?? "", currency: currency ?? "" } as ControlTotal;
    return [{ ...at, measure, value: new Big(value).toFixed(), ...(batch && { correlationId: batch }) }];
  });
}

function count(text: string | null | undefined): number | null {
  return text && /^\d+$/.test(text) ? Number(text) : null;
}

/** `2026-08-01 02:00:00.123+00` as PostgreSQL writes instants, or ISO 8601. */
function instant(text: string | null | undefined): string | null {
  const time = Date.parse((text ?? "").replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
