import type { DatasetName } from "../../schemas/facts.ts";
import type { Total, Watermark } from "../../schemas/run.ts";
import { isLater, NOTHING, type Stamped } from "./stamped.ts";

export interface StatedWatermark {
  rank: number;
  watermark: Watermark;
}

/** What one event reports on a dataset for one entity, period and version: all its totals together. */
export interface Report {
  at: string;
  rank: number;
  eventId: string;
  totals: Total[];
}

export interface KnownFigures {
  /** Both answer whether it was news. */
  addWatermark(stated: StatedWatermark): boolean;
  addReport(report: Report): boolean;
  watermark(dataset: DatasetName, entity: string, period: string, version: string): Watermark | null;
  totals(dataset: DatasetName, entity: string, period: string, version: string): Total[];
  periods(): string[];
}

/** Figures of one period, and when it was last spoken of. */
interface PeriodFigures {
  lastAt: string;
  /** By slot, then by ledger. */
  watermarks: Map<string, Map<string, StatedWatermark>>;
  reports: Map<string, Report>;
}

/** Watermarks and latest reports of the periods spoken of last, at most `most` periods; the others are in the tables. */
export function createKnownFigures(most: number): KnownFigures {
  const periods = new Map<string, PeriodFigures>();
  /** A period let go is not begun again by something older than what was let go. */
  let horizon = "";

  const figuresOf = (period: string, at: string): PeriodFigures | null => {
    let figures = periods.get(period);
    if (!figures) {
      if (at <= horizon) return null;
      figures = { lastAt: at, watermarks: new Map(), reports: new Map() };
      periods.set(period, figures);
      if (periods.size > most) letOldestGo();
    }
    if (at > figures.lastAt) figures.lastAt = at;
    return periods.has(period) ? figures : null;
  };
  const letOldestGo = () => {
    const placeOf = ([key, { lastAt }]: [string, PeriodFigures]) => `${lastAt}\n${key}`;
    const [oldest] = [...periods].sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
    if (!oldest) return;
    periods.delete(oldest[0]);
    if (oldest[1].lastAt > horizon) horizon = oldest[1].lastAt;
  };

  return {
    addWatermark(stated) {
      const { watermark } = stated;
      const figures = figuresOf(watermark.period, watermark.eventAt);
      if (!figures) return false;
      const slot = slotOf(watermark, watermark.entity, watermark.version);
      const ledgers = figures.watermarks.get(slot) ?? new Map<string, StatedWatermark>();
      figures.watermarks.set(slot, ledgers);
      const known = ledgers.get(watermark.ledger);
      if (known && !isLater(stampOf(stated), stampOf(known))) return false;
      ledgers.set(watermark.ledger, stated);
      return true;
    },
    addReport(report) {
      const [first] = report.totals;
      const figures = first ? figuresOf(first.period, report.at) : null;
      if (!first || !figures) return false;
      const slot = slotOf(first, first.entity, first.version);
      const known = figures.reports.get(slot);
      if (known && !isLater({ ...report, value: report.eventId }, { ...known, value: known.eventId })) return false;
      figures.reports.set(slot, report);
      return true;
    },
    watermark(dataset, entity, period, version) {
      const ledgers = periods.get(period)?.watermarks.get(slotOf(dataset, entity, version));
      return ledgers ? leastComplete([...ledgers.values()]) : null;
    },
    totals: (dataset, entity, period, version) =>
      periods.get(period)?.reports.get(slotOf(dataset, entity, version))?.totals ?? [],
    periods: () => [...periods.keys()].sort(),
  };
}

/** Two watermarks of one instant and rank are told apart by what they say, in the order of the table's columns. */
function stampOf({ rank, watermark }: StatedWatermark): Stamped {
  const { eventAt, completeThrough, snapshotAsOf, runId } = watermark;
  return { at: eventAt, rank, value: `${completeThrough} ${snapshotAsOf ?? NOTHING.at} ${runId}` };
}

function slotOf({ namespace, name }: DatasetName, entity: string, version: string): string {
  return `${namespace}\n${name}\n${entity}\n${version}`;
}

/** A dataset is complete only as far as the ledger that lags most; of those that lag alike, the first by name. */
function leastComplete(stated: StatedWatermark[]): Watermark | null {
  const placeOf = ({ completeThrough, ledger }: Watermark) => `${completeThrough ?? ""}\n${ledger}`;
  return stated
    .map(({ watermark }) => watermark)
    .reduce<Watermark | null>((least, mark) => (!least || placeOf(mark) < placeOf(least) ? mark : least), null);
}
