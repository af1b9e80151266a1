import type { Pull } from "./collector.ts";
import { ledgerDue, ledgerEvents, openPeriods, type LedgerMark, type LedgerReading } from "./ledger-book.ts";
import { byTime, readWindow, type RunWindow, type WindowCursor } from "./run-window.ts";

/** Where reading an ERP stands: its runs, and what its ledger held when it was last read. */
export interface BooksCursor {
  runs: WindowCursor;
  ledger: LedgerMark | null;
  /** The ledger is due, and was put off once so that runs are told before it is read. */
  putOff?: boolean;
}

export interface LedgerPlan {
  everyMinutes: number;
  /** The month's period and so many before it are read, less one. */
  openPeriods: number;
  /** Periods read beside them. */
  also?: readonly string[];
  /** What the ledger holds for periods `2026-10`, oldest first; null where the vendor is not ready to say. */
  read(periods: readonly string[]): Promise<Omit<LedgerReading, "periods" | "at"> | null>;
}

/**
 * One step of reading an ERP: its runs, and once those are told its ledger, when its time has come. A ledger that cannot
 * be read is told as what it is, and hides no run.
 */
export async function readRunsAndLedger<Row>(
  cursor: BooksCursor | null,
  window: RunWindow<Row>,
  ledger: LedgerPlan | null,
): Promise<Pull<BooksCursor>> {
  const { rows: _, ...runs } = await readWindow(cursor?.runs ?? null, window);
  const before = cursor?.ledger ?? null;
  const onlyRuns = { ...runs, cursor: { runs: runs.cursor, ledger: before } };
  const at = ledger && !runs.more ? ledgerDue(window.now, ledger.everyMinutes, before) : null;
  if (!ledger || !at) return onlyRuns;
  if (runs.events.length > 0 && !cursor?.putOff) {
    return { ...onlyRuns, cursor: { ...onlyRuns.cursor, putOff: true }, more: true };
  }
  const periods = [...new Set([...(ledger.also ?? []), ...openPeriods(window.now, ledger.openPeriods)])].sort();
  const reading = await ledger.read(periods);
  if (!reading) return onlyRuns;
  const { events, mark } = ledgerEvents({ ...reading, periods, at }, before);
  return { ...onlyRuns, events: [...runs.events, ...events].sort(byTime), cursor: { runs: runs.cursor, ledger: mark } };
}
