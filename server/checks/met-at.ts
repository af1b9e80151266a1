import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";
import { endOf, exceptionsFor, startOf } from "../reconcile/legs.ts";
import type { FlowView } from "./flow-view.ts";

/** One batch's runs along a flow, as far as it has come. */
interface Batch {
  runs: Run[];
  /** When the last hop asked for had it; null while it has not. */
  endedAt: Instant | null;
}

/**
 * When a dataset of the flow first was complete through an instant. The watermark says that it is; later loads move
 * the watermark on, so when it first was is read off the runs: the earliest batch taken at or after the instant.
 *
 * @param through index of the hop
 */
export function reachedAt(view: FlowView, through: number, cutOff: Instant): Instant | null {
  const { watermark } = view.hops[through]!;
  if (!watermark?.completeThrough || watermark.completeThrough < cutOff) return null;
  return batchesSince(view, through, cutOff)
    .map((batch) => batch.endedAt)
    .filter((at) => at !== null)
    .reduce((first, at) => (at < first ? at : first), watermark.eventAt);
}

/**
 * Since when figures that tie now have done so: the earliest batch after which every batch arrived whole, with the same
 * number of rows taken as the latest.
 */
export function tiedSince(view: FlowView, cutOff: Instant): Instant {
  const last = view.hops.length - 1;
  const since = view.hops.reduce(
    (latest, { watermark }) => (watermark && watermark.eventAt > latest ? watermark.eventAt : latest),
    "",
  );
  const whole = wholeSince(view, batchesSince(view, last, cutOff));
  return whole !== null && whole < since ? whole : since;
}

/**
 * Since when the figures delivered by an instant had tied then; null where those of the latest batch delivered by then
 * had not. What is posted or goes wrong later does not undo that they did.
 */
export function tiedBy(view: FlowView, cutOff: Instant, by: Instant): Instant | null {
  const batches = batchesSince(view, view.hops.length - 1, cutOff);
  return wholeSince(
    view,
    batches.filter(({ endedAt }) => endedAt !== null && endedAt <= by),
  );
}

/** Every batch the first hop took, oldest first: when it was taken, and when a hop had it (null while it has not). */
export function deliveries(view: FlowView, through: number): { takenAt: Instant; arrivedAt: Instant | null }[] {
  return batchesSince(view, through, "").map(({ runs, endedAt }) => {
    return { takenAt: startOf(runs[0]!), arrivedAt: endedAt };
  });
}

/** When the first of the latest batches that arrived whole and alike had arrived; null when the last did not. */
function wholeSince(view: FlowView, batches: readonly Batch[]): Instant | null {
  const rows = batches.at(-1)?.runs[0]?.rowsWritten ?? null;
  let since: Instant | null = null;
  for (const { runs, endedAt } of batches.toReversed()) {
    const sameRows = rows === null || (runs[0]!.rowsWritten ?? rows) === rows;
    if (!sameRows || runs.some((run) => exceptionsFor(run, view.entity.id, view.period.period).length > 0)) break;
    if (endedAt !== null && (since === null || endedAt < since)) since = endedAt;
  }
  return since;
}

/** Batches taken at or after an instant, oldest first, followed from hop to hop. */
function batchesSince(view: FlowView, through: number, cutOff: Instant): Batch[] {
  return coursesOf(view.hops, through, cutOff).map((runs) => {
    return { runs, endedAt: runs.length > through ? endOf(runs.at(-1)!) : null };
  });
}

/**
 * The completed runs of each batch the first hop took at or after an instant, oldest batch first: one run a hop, as far
 * as the batch has come, at most through the hop given.
 *
 * @param hops runs of each hop, newest start first
 */
export function coursesOf(hops: readonly { runs: readonly Run[] }[], through: number, since: Instant): Run[][] {
  return hops[0]!.runs
    .filter((run) => run.state === "COMPLETED" && startOf(run) >= since)
    .reverse()
    .map((run) => follow(hops.slice(1, through + 1), run));
}

function follow(later: readonly { runs: readonly Run[] }[], first: Run): Run[] {
  const runs = [first];
  for (const hop of later) {
    const before = runs.at(-1)!;
    const own = hop.runs.findLast((run) => run.state === "COMPLETED" && sameBatch(run, first));
    const next = own ?? hop.runs.findLast((run) => run.state === "COMPLETED" && startOf(run) >= endOf(before));
    if (!next) return runs;
    runs.push(next);
  }
  return runs;
}

function sameBatch(run: Run, first: Run): boolean {
  return run.correlationId !== null && run.correlationId === first.correlationId;
}
