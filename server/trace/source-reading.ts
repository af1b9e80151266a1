import type { Flow, Reconciliation } from "../../schemas/estate/flow.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Context } from "../context.ts";
import { NEVER } from "../store/clickhouse/trace.ts";
import { readingTaken } from "../store/clickhouse/trace-figures.ts";
import type { Reading } from "./past-facts.ts";
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
  const slot = { ...name, entity, period, version };
  const snapshots = runs.flatMap((run) =>
    run.snapshots.filter((place) => place.entity === entity && place.period === period && place.snapshotAsOf !== ""),
  );
  const takenAt = snapshots.map(({ snapshotAsOf }) => snapshotAsOf).toSorted()[0] ?? now;
  const near = await clickhouse.ask(readingTaken, { ...slot, takenAt, ...around(takenAt, now) });
  const read =
    near.length > 0 ? near : await clickhouse.ask(readingTaken, { ...slot, takenAt, since: NEVER, until: now });
  const [first] = read;
  if (!first) return null;
  const { at, asOf, runId } = first;
  const watermark = { ledger: "", completeThrough: asOf, snapshotAsOf: null, eventAt: at, runId };
  return { totals: read.map(({ at: _at, ...total }) => total), watermark: { ...slot, ...watermark } };
}

/** Most ledgers are read several times a day; of one that is not, every reading is looked at. */
const NEAR = 8 * 3_600_000;

function around(at: string, now: string): { since: string; until: string } {
  const since = new Date(Date.parse(at) - NEAR).toISOString();
  const until = new Date(Date.parse(at) + NEAR).toISOString();
  return { since, until: until < now ? until : now };
}
