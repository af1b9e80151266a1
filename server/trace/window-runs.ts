import { indexOf } from "../checks/estate-index.ts";
import type { Context } from "../context.ts";
import { reportsBetween, type ReportRow } from "../store/clickhouse/trace-figures.ts";
import { hopOf, type Subject } from "./flow-lanes.ts";
import { gatherRuns } from "./gather-runs.ts";
import { knownReports } from "./known-reports.ts";
import { endOf, startOf, type TracedRun } from "./traced-run.ts";
import { WINDOW, windowCandidates, type Delivery } from "./window-candidates.ts";

/**
 * Runs of hops nothing names, that time alone may tie to the batch: what was delivered next after the hop before, or last
 * before the hop after, and the deliveries they could be mistaken for. Deliveries under another correlation ID are not
 * among them. Nothing is asked where every hop of the flow has a run.
 */
export async function windowRuns(
  { clickhouse, estate }: Pick<Context, "clickhouse" | "estate">,
  { flow, entity, period }: Subject,
  runs: readonly TracedRun[],
  { correlationId, knownAt }: { correlationId: string | null; knownAt: string | null },
): Promise<TracedRun[]> {
  if (!flow || !entity || !period) return [];
  const hops = flow.hops.map((_, at) => runs.filter((run) => hopOf(estate, flow, run) === at));
  if (hops.every((of) => of.length > 0) || hops.every((of) => of.length === 0)) return [];
  const index = indexOf(estate);
  const names = flow.hops.map(({ dataset }) => index.name(dataset));
  const reports = await clickhouse.ask(reportsBetween, {
    namespaces: names.map(({ namespace }) => namespace),
    names: names.map(({ name }) => name),
    ...{ entity, period, version: flow.version, ...around(runs, knownAt) },
  });
  const at = (report: ReportRow) => flow.hops.findIndex(({ dataset }) => index.datasetNamed(report)?.id === dataset);
  const foreign = ({ correlationId: id }: ReportRow) => id !== null && correlationId !== null && id !== correlationId;
  const seen = new Set(runs.map(({ run }) => run.runId));
  const free = reports.filter((report) => report.runId !== "" && !foreign(report) && !seen.has(report.runId));
  const deliveries = flow.hops.map((_, hop) => free.filter((report) => at(report) === hop));
  const known = hops.map((of) => of.map((run): Delivery => ({ from: startOf(run), at: endOf(run) })));
  const wanted = windowCandidates(deliveries, known);
  if (wanted.length === 0) return [];
  const jobOf = (report: ReportRow) => {
    const hop = flow.hops[at(report)]!;
    return { jobNamespace: index.systemOf(hop.dataset).namespace, jobName: hop.job.replace("{entity}", entity) };
  };
  const found = await knownReports(clickhouse, wanted, jobOf, knownAt);
  const keys = found.flatMap(({ run }) => run ?? []);
  return (await gatherRuns(clickhouse, { correlationId: null, keys, follow: false }, knownAt)).runs;
}

/** As far from the batch as anything may lie that belongs to it. */
function around(runs: readonly TracedRun[], knownAt: string | null): { since: string; until: string } {
  const times = runs.flatMap((run) => [startOf(run), endOf(run)]).toSorted();
  const since = new Date(Date.parse(times[0]!) - WINDOW).toISOString();
  const until = new Date(Date.parse(times.at(-1)!) + WINDOW).toISOString();
  return { since, until: knownAt !== null && knownAt < until ? knownAt : until };
}
