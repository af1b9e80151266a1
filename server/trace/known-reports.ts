import type { ClickHouse } from "../store/clickhouse.ts";
import { eventsReceived, jobsOfRuns } from "../store/clickhouse/trace.ts";
import { datasetEventsReceived, type ReportRow } from "../store/clickhouse/trace-figures.ts";
import type { RunKey } from "./traced-run.ts";

/** A report and when it reached the tower. */
export type KnownReport = ReportRow & { receivedAt: string | null; run: RunKey | null };

/** Reports of one dataset looked into; older ones were replaced too long ago to be in force. */
const NEWEST = 30;

/**
 * The newest reports of each dataset with their jobs and when they came; those that came after an instant are left out.
 * @param jobOf what a job into a dataset is called where the estate declares it
 */
export async function knownReports(
  clickhouse: ClickHouse,
  reports: readonly ReportRow[],
  jobOf: (report: ReportRow) => { jobNamespace: string; jobName: string } | null,
  knownAt: string | null,
): Promise<KnownReport[]> {
  const newest = [...Map.groupBy(reports, ({ namespace, name }) => `${namespace}\n${name}`).values()].flatMap((of) =>
    of.slice(0, NEWEST),
  );
  const ofRuns = newest.filter(({ runId }) => runId !== "");
  const guessed = ofRuns.flatMap((report) => {
    const job = jobOf(report);
    return job ? [{ ...job, runId: report.runId }] : [];
  });
  const [declared, alone] = await Promise.all([
    receivedOf(clickhouse, guessed, ofRuns),
    receivedAlone(
      clickhouse,
      newest.filter(({ runId }) => runId === ""),
    ),
  ]);
  const missing = ofRuns.filter(({ eventId }) => !declared.has(eventId));
  const jobs =
    missing.length === 0 ? [] : await clickhouse.ask(jobsOfRuns, { runIds: missing.map((each) => each.runId) });
  const foreign = await receivedOf(clickhouse, jobs, missing);
  return newest
    .map((report): KnownReport => {
      const found = declared.get(report.eventId) ?? foreign.get(report.eventId);
      return { ...report, run: found?.run ?? null, receivedAt: found?.receivedAt ?? alone.get(report.eventId) ?? null };
    })
    .filter(({ receivedAt }) => knownAt === null || (receivedAt !== null && receivedAt <= knownAt));
}

async function receivedOf(clickhouse: ClickHouse, keys: readonly RunKey[], reports: readonly ReportRow[]) {
  if (keys.length === 0) return new Map<string, { receivedAt: string; run: RunKey }>();
  const rows = await clickhouse.ask(eventsReceived, {
    namespaces: keys.map(({ jobNamespace }) => jobNamespace),
    jobs: keys.map(({ jobName }) => jobName),
    runIds: keys.map(({ runId }) => runId),
    eventIds: reports.map(({ eventId }) => eventId),
  });
  return new Map(rows.map(({ eventId, receivedAt, ...run }) => [eventId, { receivedAt, run }]));
}

async function receivedAlone(clickhouse: ClickHouse, reports: readonly ReportRow[]) {
  if (reports.length === 0) return new Map<string, string>();
  const times = reports.map(({ at }) => at).toSorted();
  const eventIds = reports.map(({ eventId }) => eventId);
  const rows = await clickhouse.ask(datasetEventsReceived, { from: times[0]!, to: times.at(-1)!, eventIds });
  return new Map(rows.map(({ eventId, receivedAt }) => [eventId, receivedAt]));
}
