import type { CorrelationSeen } from "../ingest/incoming-row.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { correlationsSince } from "../store/clickhouse/correlations.ts";
import { latestTotalsSince, watermarksSince } from "../store/clickhouse/figures.ts";
import { runCutOff, runOutputsSince, runsSince } from "../store/clickhouse/runs.ts";
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

export interface LoadLimits {
  maxRuns: number;
  maxCorrelations: number;
}

/**
 * Reads runs, watermarks, latest reports and correlations of events since an instant from the tables: what memory keeps, and
 * no more, so that a start over ten years takes about as long as one over a month.
 */
export async function loadFacts(
  clickhouse: ClickHouse,
  since: Date,
  limits: LoadLimits,
  load: FactsLoad,
): Promise<void> {
  const from = { since: since.toISOString() };
  await loadRuns(clickhouse, since, limits.maxRuns, load);
  for (const stated of await clickhouse.ask(watermarksSince, from)) load.watermark(stated);
  const reports = new Map<string, Report>();
  for (const { at, rank, eventId, ...total } of await clickhouse.ask(latestTotalsSince, from)) {
    const key = JSON.stringify([total.namespace, total.name, total.entity, total.period, total.version, eventId]);
    const report = reports.get(key);
    if (report) report.totals.push(total);
    else reports.set(key, { at, rank, eventId, totals: [total] });
  }
  for (const report of reports.values()) load.report(report);
  const correlated = await clickhouse.ask(correlationsSince, { ...from, limit: limits.maxCorrelations });
  for (const seen of correlated) load.correlation(seen);
  for (const statement of await clickhouse.ask(periodStatusesSince, from)) load.periodStatus(statement);
}

/** Rows of the table looked at for each run wanted, as a run has a row more for each part it is not merged in; and how many more when that was not enough. */
const ROWS_A_RUN = 4;
const MORE_ROWS = 8;

async function loadRuns(clickhouse: ClickHouse, since: Date, limit: number, load: FactsLoad): Promise<void> {
  for (let rows = limit * ROWS_A_RUN; ; rows *= MORE_ROWS) {
    const [cut] = await clickhouse.ask(runCutOff, { rows });
    const isWhole = !cut || Date.parse(cut.at) <= since.getTime();
    const from = { since: isWhole ? since.toISOString() : cut.at };
    const folds = await clickhouse.ask(runsSince, { ...from, limit });
    if (folds.length < limit && !isWhole) continue;
    const outputs = new Map<string, RunOutput[]>();
    const kept = folds.length < limit ? from : { since: folds.at(-1)!.lastEventAt };
    for (const { jobNamespace, jobName, runId, ...output } of await clickhouse.ask(runOutputsSince, kept)) {
      const key = JSON.stringify([jobNamespace, jobName, runId]);
      const list = outputs.get(key);
      if (list) list.push(output);
      else outputs.set(key, [output]);
    }
    for (const fold of folds) {
      load.run(fold, outputs.get(JSON.stringify([fold.jobNamespace, fold.jobName, fold.runId])) ?? []);
    }
    return;
  }
}
