import * as z from "zod";
import type {
  ControlTotal,
  NamesFacet,
  OutcomeFacet,
  Position,
  Qualifier,
  RunException,
} from "../schemas/event/facets.ts";
import type { EventType, RunEvent } from "../schemas/event/open-lineage.ts";
import { runIdOf } from "./run-id.ts";
import { signedRun } from "./signed-event.ts";

/** Where a run stands, in the words every vendor's table of states is written in. */
export const RunState = z.enum([
  "queued",
  "held",
  "running",
  "paused",
  "aborting",
  "complete",
  "warning",
  "partial",
  "failed",
  "aborted",
  "superseded",
]);
export type RunState = z.infer<typeof RunState>;

const STANDINGS: Record<RunState, { type: EventType; qualifier?: Qualifier }> = {
  queued: { type: "START" },
  // Told without a state: a run that is held before it began has not begun anew.
  held: { type: "OTHER", qualifier: "held" },
  running: { type: "RUNNING" },
  paused: { type: "RUNNING", qualifier: "held" },
  aborting: { type: "RUNNING", qualifier: "aborting" },
  complete: { type: "COMPLETE" },
  warning: { type: "COMPLETE", qualifier: "warning" },
  partial: { type: "COMPLETE", qualifier: "partial" },
  failed: { type: "FAIL" },
  aborted: { type: "ABORT" },
  superseded: { type: "ABORT", qualifier: "superseded" },
};

type Count = "rowsRead" | "rowsWritten" | "rowsRejected" | "progress";

/** A run as its vendor's history shows it now, with its vendor's times and words. Instants are ISO 8601 in UTC. */
export interface SeenRun {
  key: string;
  job: string;
  queuedAt: string;
  /** When work began; absent while the run waits. */
  startedAt?: string | null | undefined;
  /** When it came to where it stands, where that is neither the start nor the end. */
  changedAt?: string | null | undefined;
  endedAt?: string | null | undefined;
  /** Null for a vendor's word nobody can place; the run is left as it was. */
  state: RunState | null;
  /** The vendor's word for it. */
  vendorStatus: string;
  /** The vendor's words for waiting and working; these events are the same whatever became of the run. */
  words: { queued: string; running: string };
  /** Rows it admits to, and the share done; what the vendor does not tell is null or absent. */
  counts?: { [count in Count]?: number | null | undefined } | undefined;
  exceptions: readonly RunException[];
  correlationId?: string | null | undefined;
  /** What other systems know it by, where no correlation ID goes with it; the same in each of its events. */
  names?: NamesFacet | undefined;
  parent?: { key: string; job: string } | undefined;
  /** A run of another system that handed over what this one carries. */
  upstream?: { namespace: string; key: string; job: string } | undefined;
  /** What it reads and fills; absent for a job nobody declared. */
  fills?: { dataset: string; inputs: readonly { namespace: string; name: string }[] } | undefined;
  /** Null where the vendor does not say for which entity or period; several where one run fills them all. */
  position?: Position | readonly Position[] | null | undefined;
  /** Up to when what it delivered is complete. */
  completeThrough?: string | null | undefined;
  totals?: readonly ControlTotal[] | undefined;
}

const ENDS = new Set<RunState | null>(["complete", "warning", "partial", "failed", "aborted", "superseded"]);

/** Whether a run that stands so is over. A vendor may yet start it again. */
export function hasEnded(state: RunState | null): boolean {
  return ENDS.has(state);
}

/**
 * Every event a run's present state implies, oldest first: that it was asked for, that it began, how it stands where
 * that says more, how it ended. The same answers of a vendor make the same events.
 */
export function seenRunEvents(producer: string, namespace: string, run: SeenRun): RunEvent[] {
  const queuedAt = Date.parse(run.queuedAt);
  const startedAt = run.startedAt ? Math.max(Date.parse(run.startedAt), queuedAt + 1) : null;
  const ended = hasEnded(run.state);
  const { type, qualifier } = run.state ? STANDINGS[run.state] : { type: "OTHER" as const };
  const event = (eventType: EventType, at: number, facets: Record<string, object | undefined>, last = false) =>
    signedRun(producer, {
      eventType,
      at: new Date(at).toISOString(),
      runId: runIdOf(namespace, run.key),
      job: { namespace, name: run.job },
      facets: { ...steadyFacets(namespace, run), ...facets },
      inputs: run.fills?.inputs ?? [],
      outputs: outputsOf(namespace, run, last && type === "COMPLETE" ? new Date(at).toISOString() : null),
    });

  const events = [event("START", queuedAt, { tieout_outcome: { vendorStatus: run.words.queued } })];
  if (startedAt !== null) {
    events.push(event("RUNNING", startedAt, { tieout_outcome: { vendorStatus: run.words.running } }));
  }
  if (!ended && !qualifier && run.state !== null) return events;
  const before = startedAt ?? queuedAt;
  const told = Date.parse((ended ? run.endedAt : null) ?? run.changedAt ?? "");
  const at = Number.isNaN(told) ? before + 1 : Math.max(told, before + 1);
  const counts = Object.fromEntries(Object.entries(run.counts ?? {}).filter(([, count]) => count != null));
  const outcome: OutcomeFacet = { vendorStatus: run.vendorStatus, ...(qualifier && { qualifier }), ...counts };
  return [...events, event(type, at, endFacets(type, outcome, run.exceptions), ended)];
}

function steadyFacets(namespace: string, { correlationId, names, parent, upstream }: SeenRun) {
  return {
    jobDependencies: upstream && {
      upstream: [
        {
          job: { namespace: upstream.namespace, name: upstream.job },
          run: { runId: runIdOf(upstream.namespace, upstream.key) },
          dependency_type: "DIRECT_INVOCATION",
        },
      ],
    },
    tieout_correlation: correlationId ? { correlationId } : undefined,
    tieout_names: names,
    parent: parent && { run: { runId: runIdOf(namespace, parent.key) }, job: { namespace, name: parent.job } },
  };
}

function endFacets(type: EventType, outcome: OutcomeFacet, exceptions: readonly RunException[]) {
  const message = exceptions.map((exception) => exception.message).join("\n");
  return {
    tieout_outcome: outcome,
    tieout_exceptions: exceptions.length > 0 ? { exceptions } : undefined,
    errorMessage: type === "FAIL" && message ? { message, programmingLanguage: "Text" } : undefined,
  };
}

function outputsOf(namespace: string, run: SeenRun, deliveredAt: string | null) {
  if (!run.fills) return [];
  const { position, totals = [], completeThrough } = run;
  const reached = deliveredAt && completeThrough ? { completeThrough } : {};
  const positions = [position ?? []].flat().map((place) => ({ ...place, ...reached }));
  const facets = {
    tieout_position: positions.length > 0 ? { positions } : undefined,
    tieout_controlTotals: deliveredAt && totals.length > 0 ? { asOf: deliveredAt, totals } : undefined,
  };
  return [{ namespace, name: run.fills.dataset, facets }];
}
