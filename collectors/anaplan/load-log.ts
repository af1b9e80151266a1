import type { LogLine } from "./map.ts";
import type { Process } from "./processes.ts";
import type { AnaplanSettings } from "./settings.ts";
import type { Views, ViewRow } from "./views.ts";

/** Reads the load log, where the estate declares one. */
export function createLoadLog(views: Views, settings: AnaplanSettings) {
  const log = settings.loadLog;
  if (!log) return null;
  const lineOf = (row: ViewRow): LogLine[] => {
    const receivedAt = instantOf(row[log.receivedAt]);
    if (receivedAt === null) return [];
    const period = row[log.period] ?? "";
    return [
      {
        batch: row[log.batch] ?? null,
        period: /^\d{4}-\d{2}$/.test(period) ? period : null,
        snapshotAsOf: instantOf(row[log.snapshotAsOf]),
        receivedAt,
      },
    ];
  };
  return {
    /** When each process was last fed, by its name, in epoch milliseconds. One request. */
    async latest(): Promise<Map<string, number>> {
      const rows = await views.read(log.latestView, {});
      return new Map(
        rows.flatMap((row) => lineOf(row).map(({ receivedAt }) => [row[log.process] ?? "", receivedAt] as const)),
      );
    },
    /** Every line of one process. */
    async lines(process: Process): Promise<LogLine[]> {
      return (await views.read(log.linesView, { [log.process]: process.name })).flatMap(lineOf);
    },
  };
}

export type LoadLog = NonNullable<ReturnType<typeof createLoadLog>>;

/** The line a task was started for: the last one written before it. */
export function lineBefore(lines: readonly LogLine[], creationTime: number): LogLine | null {
  return lines
    .filter((line) => line.receivedAt <= creationTime)
    .reduce<LogLine | null>((last, line) => (last && last.receivedAt >= line.receivedAt ? last : line), null);
}

function instantOf(text: string | null | undefined): number | null {
  const instant = Date.parse(text ?? "");
  return Number.isNaN(instant) ? null : instant;
}
