import type { Flow, Reconciliation } from "../../schemas/estate/flow.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Context } from "../context.ts";
import { NEVER } from "../store/clickhouse/trace.ts";
import { reportsBetween, totalsOfReports } from "../store/clickhouse/trace-figures.ts";
import type { Reading } from "./past-facts.ts";
import { takenFrom, type Reported } from "./taken-from.ts";
import type { TracedRun } from "./traced-run.ts";

interface Asked {
  rule: Reconciliation;
  flow: Flow;
  entity: string;
  period: string;
  runs: readonly TracedRun[];
  now: string;
}

/**
 * What the first leg of a rule held when the batch was taken from it: a ledger is read off without a run, so that its first
 * reading after the snapshot counts, or else the last before. Null where runs of the batch report it themselves.
 */
export async function sourceReading(
  { clickhouse, estate }: Pick<Context, "clickhouse" | "estate">,
  { rule, flow, entity, period, runs, now }: Asked,
): Promise<Reading | null> {
  const [source] = rule.legs;
  if (source === undefined || flow.hops.some(({ dataset }) => dataset === source)) return null;
  const name = indexOf(estate).name(source);
  const version = rule.versions[source] ?? flow.version;
  const slot = { namespaces: [name.namespace], names: [name.name], entity, period, version };
  const snapshots = runs.flatMap((run) =>
    run.snapshots.filter((place) => place.entity === entity && place.period === period && place.snapshotAsOf !== ""),
  );
  const takenAt = snapshots.map(({ snapshotAsOf }) => snapshotAsOf).toSorted()[0] ?? now;
  const near = takenFrom(await clickhouse.ask(reportsBetween, { ...slot, ...around(takenAt, now) }), takenAt);
  const report = (
    near ?? takenFrom(await clickhouse.ask(reportsBetween, { ...slot, since: NEVER, until: now }), takenAt)
  )?.report;
  if (!report) return null;
  const totals = await clickhouse.ask(totalsOfReports, {
    ...{ ...slot, since: report.at, until: report.at },
    eventIds: [report.eventId],
  });
  return { totals, watermark: watermarkOf(name, { entity, period, version }, report) };
}

function watermarkOf(
  name: { namespace: string; name: string },
  place: { entity: string; period: string; version: string },
  { at, asOf, runId }: Reported,
): Reading["watermark"] {
  return { ...name, ...place, ledger: "", completeThrough: asOf, snapshotAsOf: null, eventAt: at, runId };
}

/** Most ledgers are read several times a day; of one that is not, every reading is looked at. */
const NEAR = 8 * 3_600_000;

function around(at: string, now: string): { since: string; until: string } {
  const since = new Date(Date.parse(at) - NEAR).toISOString();
  const until = new Date(Date.parse(at) + NEAR).toISOString();
  return { since, until: until < now ? until : now };
}
