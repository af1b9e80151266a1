/** A report on a dataset, as far as choosing goes. */
export interface Reported {
  eventId: string;
  at: string;
  asOf: string;
  runId: string;
  correlationId: string | null;
}

/** Of readings of a ledger, the one nearest to what a snapshot saw: the first at or after it, else the last before. */
export function takenFrom<T extends Reported>(
  reports: readonly T[],
  snapshotAt: string,
): { report: T; after: boolean } | null {
  const inTime = reports.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  const after = inTime.find(({ at }) => at >= snapshotAt);
  const report = after ?? inTime.at(-1);
  return report ? { report, after: after !== undefined } : null;
}

/**
 * Of reports on the dataset before, the one a figure was made of: the latest that carries the figure's correlation ID, or
 * else the latest there was when the figure was made.
 */
export function reportBehind<T extends Reported>(
  reports: readonly T[],
  figure: { at: string; correlationId: string | null },
): { report: T; carries: boolean } | null {
  const before = reports.filter(({ at }) => at <= figure.at).toSorted((one, other) => (one.at < other.at ? 1 : -1));
  const carrying = figure.correlationId && before.find(({ correlationId }) => correlationId === figure.correlationId);
  if (carrying) return { report: carrying, carries: true };
  return before[0] ? { report: before[0], carries: false } : null;
}
