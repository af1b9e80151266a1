import type { CorrelationSeen } from "../ingest/incoming-row.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { correlationsSince } from "../store/clickhouse/correlations.ts";
import { latestTotalsSince, watermarksSince } from "../store/clickhouse/figures.ts";
import { runOutputsSince, runsSince } from "../store/clickhouse/runs.ts";
import { periodStatusesSince } from "../store/clickhouse/period-statuses.ts";
import type { PeriodStatement } from "./known-periods.ts";
import type { Report, StatedWatermark } from "./known-figures.ts";
import type { RunFold, RunOutput } from "./run-fold.ts";

/** Where what the tables know is handed to. */
export interface FactsLoad {
  run(fold: RunFold, outputs: readonly RunOutput[]): void;
  watermark(stated: StatedWatermark): void;
  report(report: Report): void;
  correlation(seen: CorrelationSeen): void;
  periodStatus(statement: PeriodStatement): void;
}

/** Reads runs, watermarks, latest reports and correlations of events since an instant from the tables. */
export async function loadFacts(clickhouse: ClickHouse, since: Date, maxRuns: number, load: FactsLoad): Promise<void> {
  const from = { since: since.toISOString() };
  const outputs = new Map<string, RunOutput[]>();
  for (const { jobNamespace, jobName, runId, ...output } of await clickhouse.ask(runOutputsSince, from)) {
    const key = JSON.stringify([jobNamespace, jobName, runId]);
    const list = outputs.get(key);
    if (list) list.push(output);
    else outputs.set(key, [output]);
  }
  for (const fold of await clickhouse.ask(runsSince, { ...from, limit: maxRuns })) {
    load.run(fold, outputs.get(JSON.stringify([fold.jobNamespace, fold.jobName, fold.runId])) ?? []);
  }
  for (const stated of await clickhouse.ask(watermarksSince, from)) load.watermark(stated);
  const reports = new Map<string, Report>();
  for (const { at, rank, eventId, ...total } of await clickhouse.ask(latestTotalsSince, from)) {
    const key = JSON.stringify([total.namespace, total.name, total.entity, total.period, total.version]);
    const report = reports.get(key);
    if (report) report.totals.push(total);
    else reports.set(key, { at, rank, eventId, totals: [total] });
  }
  for (const report of reports.values()) load.report(report);
  for (const seen of await clickhouse.ask(correlationsSince, from)) load.correlation(seen);
  for (const statement of await clickhouse.ask(periodStatusesSince, from)) load.periodStatus(statement);
}
