import type { Pull } from "./collector.ts";
import { ledgerDue, ledgerEvents, openPeriods, type LedgerMark, type LedgerReading } from "./ledger-book.ts";
import { byTime, readWindow, type RunWindow, type WindowCursor } from "./run-window.ts";

/** Where reading an ERP stands: its runs, and what its ledger held when it was last read. */
export interface BooksCursor {
  runs: WindowCursor;
  ledger: LedgerMark | null;
}

export interface LedgerPlan {
  everyMinutes: number;
  /** The month's period and so many before it are read, less one. */
  openPeriods: number;
  /** What the ledger holds for periods `2026-10`, oldest first. */
  read(periods: readonly string[]): Promise<Omit<LedgerReading, "periods" | "at">>;
}

/** One step of reading an ERP: its runs, and once those are read its ledger, when its time has come. */
export async function readRunsAndLedger<Row>(
  cursor: BooksCursor | null,
  window: RunWindow<Row>,
  ledger: LedgerPlan | null,
): Promise<Pull<BooksCursor>> {
  const { rows: _, ...runs } = await readWindow(cursor?.runs ?? null, window);
  const before = cursor?.ledger ?? null;
  const at = ledger && !runs.more ? ledgerDue(window.now, ledger.everyMinutes, before) : null;
  if (!ledger || !at) return { ...runs, cursor: { runs: runs.cursor, ledger: before } };
  const periods = openPeriods(window.now, ledger.openPeriods);
  const { events, mark } = ledgerEvents({ ...(await ledger.read(periods)), periods, at }, before);
  return { ...runs, events: [...runs.events, ...events].sort(byTime), cursor: { runs: runs.cursor, ledger: mark } };
}
