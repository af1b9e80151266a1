import type { Run, StatedPeriod, Total, Watermark } from "./run.ts";

/**
 * What is known now, in memory, so that a board costs what it shows and not what has happened. The same folds as the
 * derived tables of ClickHouse, fed by each durable batch and loaded from those tables at start.
 */
export interface Facts {
  /** Watermarks of a dataset (OpenLineage namespace and name) for one entity and period. */
  watermark(dataset: DatasetName, entity: string, period: string, version: string): Watermark | null;
  /**
   * The totals of the latest report on a dataset for one entity and period, at whatever grain it reported. Reports
   * replace each other whole, so an account that vanished does not linger.
   */
  totals(dataset: DatasetName, entity: string, period: string, version: string): Total[];
  /** Ledgers and subledgers told to be open or shut for an entity and period, in a fixed order. */
  periodStatuses(entity: string, period: string): StatedPeriod[];
  /** Runs that write the dataset for an entity and period, newest start first. */
  runsInto(dataset: DatasetName, entity: string, period: string): Run[];
  run(runId: string): Run | null;
  /** Runs that share a correlation ID. */
  correlated(correlationId: string): Run[];
  /** Periods anything is known of, sorted. */
  periods(): string[];
  /** Grows with every change to anything of this entity and period; lets a board recompute only what moved. */
  version(entity: string, period: string): number;
}

export interface DatasetName {
  namespace: string;
  name: string;
}
