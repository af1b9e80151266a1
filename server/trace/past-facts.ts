import type { DatasetName, Facts } from "../../schemas/facts.ts";
import type { Total, Watermark } from "../../schemas/run.ts";
import type { TracedRun } from "./traced-run.ts";

/** A reading of a dataset without a run: a ledger as it stood. */
export interface Reading {
  totals: Total[];
  watermark: Watermark | null;
}

/**
 * What was known of one batch, in the shape verdicts are reached from: the figures its own runs reported, and the ledger as
 * it was read. So the line of a batch is judged by the same rules as the line of today.
 */
export function pastFacts(runs: readonly TracedRun[], readings: readonly Reading[]): Facts {
  const same = (one: DatasetName, other: DatasetName) => one.namespace === other.namespace && one.name === other.name;
  const into = (dataset: DatasetName, entity: string, period: string) =>
    runs
      .filter(({ writes }) =>
        writes.some((place) => same(place, dataset) && place.entity === entity && place.period === period),
      )
      .toSorted((one, other) => (one.run.lastEventAt < other.run.lastEventAt ? 1 : -1));
  return {
    totals(dataset, entity, period, version) {
      const fits = (total: Total) =>
        same(total, dataset) && total.entity === entity && total.period === period && total.version === version;
      const reporting = into(dataset, entity, period).find(({ totals }) => totals.some(fits));
      return (reporting?.totals ?? readings.find(({ totals }) => totals.some(fits))?.totals ?? []).filter(fits);
    },
    watermark(dataset, entity, period, version) {
      const reporting = into(dataset, entity, period).find(({ snapshots }) =>
        snapshots.some((place) => same(place, dataset) && place.entity === entity && place.period === period),
      );
      const at = reporting?.snapshots.find(
        (place) => same(place, dataset) && place.entity === entity && place.period === period,
      );
      if (!reporting || !at) {
        const read = readings.find(({ watermark }) => watermark && same(watermark, dataset));
        return read?.watermark ?? null;
      }
      return {
        ...{ namespace: at.namespace, name: at.name, entity, period, version, ledger: "" },
        ...{ completeThrough: at.completeThrough, snapshotAsOf: at.snapshotAsOf || null },
        ...{ eventAt: reporting.run.lastEventAt, runId: reporting.run.runId },
      };
    },
    periodStatuses: () => [],
    runsInto: (dataset, entity, period) => into(dataset, entity, period).map(({ run }) => run),
    run: (runId) => runs.find(({ run }) => run.runId === runId)?.run ?? null,
    correlated: () => runs.map(({ run }) => run),
    periods: () => [],
    version: () => 0,
  };
}
