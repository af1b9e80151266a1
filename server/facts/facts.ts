import type { Facts } from "../../schemas/facts.ts";
import type { Total, Watermark } from "../../schemas/run.ts";
import type { CorrelationSeen, IncomingRow } from "../ingest/incoming-row.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { createKnownFigures } from "./known-figures.ts";
import { createKnownPeriods } from "./known-periods.ts";
import { createKnownRuns } from "./known-runs.ts";
import { loadFacts, type FactsLoad } from "./load-facts.ts";

export interface FactsInMemory extends Facts {
  /** Folds durable rows in, in any order and however often. */
  apply(rows: readonly IncomingRow[]): void;
  /** Reads what the tables know of events since an instant; at start, before anything is applied. */
  load(clickhouse: ClickHouse, since: Date): Promise<void>;
}

export interface FactsLimits {
  /** Runs and periods kept in memory, those heard of last. */
  maxRuns: number;
  maxPeriods: number;
}

/** Correlation IDs kept in memory; the one first heard of longest ago makes room. */
const MOST_CORRELATIONS = 50_000;

const USUAL_LIMITS: FactsLimits = { maxRuns: 20_000, maxPeriods: 18 };

export function createFacts(limits: FactsLimits = USUAL_LIMITS): FactsInMemory {
  const runs = createKnownRuns(limits.maxRuns);
  const figures = createKnownFigures(limits.maxPeriods);
  const statuses = createKnownPeriods();
  const correlations = new Map<string, Map<string, CorrelationSeen>>();
  const versions = new Map<string, number>();
  const runPeriods = new Set<string>();

  const changed = (entity: string | null, period: string | null) => {
    if (!entity || !period) return;
    const key = `${entity}\n${period}`;
    versions.set(key, (versions.get(key) ?? 0) + 1);
  };
  const addRun: FactsLoad["run"] = (fold, outputs) => {
    if (!runs.add(fold, outputs)) return;
    for (const { entity, period } of runs.get(fold)?.targets ?? []) {
      changed(entity, period);
      if (period) runPeriods.add(period);
    }
  };
  const addCorrelation: FactsLoad["correlation"] = (seen) => {
    const members = correlations.get(seen.correlationId) ?? new Map<string, CorrelationSeen>();
    const key = `${seen.jobNamespace}\n${seen.jobName}\n${seen.runId}`;
    if (members.has(key)) return;
    correlations.set(seen.correlationId, members.set(key, seen));
    if (correlations.size > MOST_CORRELATIONS) correlations.delete(correlations.keys().next().value ?? "");
    const run = runs.get(seen) ?? runs.byId(seen.runId);
    for (const { entity, period } of run?.targets ?? []) changed(entity, period);
  };
  const load: FactsLoad = {
    run: addRun,
    watermark: (stated) => {
      if (figures.addWatermark(stated)) changed(stated.watermark.entity, stated.watermark.period);
    },
    report: (report) => {
      if (figures.addReport(report)) changed(report.totals[0]?.entity ?? null, report.totals[0]?.period ?? null);
    },
    correlation: addCorrelation,
    periodStatus: (statement) => {
      if (statuses.add(statement)) changed(statement.entity, statement.period);
    },
  };
  return {
    apply(rows) {
      for (const row of rows) applyRow(row, load);
    },
    load: (clickhouse, since) =>
      loadFacts(clickhouse, since, { maxRuns: limits.maxRuns, maxCorrelations: MOST_CORRELATIONS }, load),
    watermark: figures.watermark,
    totals: figures.totals,
    periodStatuses: statuses.of,
    runsInto: (dataset, entity, period) => runs.into({ ...dataset, entity, period }),
    run: runs.byId,
    correlated(correlationId) {
      const members = [...(correlations.get(correlationId)?.values() ?? [])];
      // A run may be named under another job than its own; it is one run all the same.
      return [...new Set(members.flatMap((seen) => runs.get(seen) ?? runs.byId(seen.runId) ?? []))];
    },
    periods: () => [...new Set([...figures.periods(), ...runPeriods])].sort(),
    version: (entity, period) => versions.get(`${entity}\n${period}`) ?? 0,
  };
}

function applyRow(row: IncomingRow, load: FactsLoad): void {
  const { eventTime: at, rank, eventId, run, io, correlations } = row;
  if (run) {
    const outputs = io.filter(({ direction }) => direction === "output");
    load.run(run, outputs);
  }
  for (const watermark of watermarksOf(row)) load.watermark({ rank, watermark });
  for (const totals of reportsOf(row)) load.report({ at, rank, eventId, totals });
  for (const seen of correlations) load.correlation(seen);
  for (const seen of row.periodStatuses) load.periodStatus({ ...seen, at, eventId });
}

function watermarksOf(row: IncomingRow): Watermark[] {
  return row.watermarks.map((seen) => ({ ...seen, eventAt: row.eventTime, runId: row.runId }));
}

/** An event's totals, a report for each dataset, entity, period and version it speaks of. */
function reportsOf(row: IncomingRow): Total[][] {
  const reports = new Map<string, Total[]>();
  for (const seen of row.totals) {
    const key = JSON.stringify([seen.namespace, seen.name, seen.entity, seen.period, seen.version]);
    const total: Total = { ...seen, runId: row.runId, correlationId: seen.correlationId || null };
    reports.set(key, [...(reports.get(key) ?? []), total]);
  }
  return [...reports.values()];
}
