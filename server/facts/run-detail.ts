import type { Facets } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import type { Run } from "../../schemas/run.ts";
import type { RelatedRun, RunDetail } from "../../schemas/wire/run-detail.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { relatedRuns } from "../store/clickhouse/correlations.ts";
import { eventsOfRun } from "../store/clickhouse/events.ts";
import { totalsOfRun } from "../store/clickhouse/figures.ts";
import { runIo, runsById } from "../store/clickhouse/runs.ts";
import { runOf } from "./run-fold.ts";

/** Events shown of one run. */
const MOST_EVENTS = 200;

export interface RunDetailDeps {
  clickhouse: ClickHouse;
  facts: { run(runId: string): Run | null };
}

/**
 * Everything known of a run, from the tables, so that runs of long ago are found too. Where jobs share a run id, the
 * one heard of last is shown. Raw texts only for those who may see them; a Fault where the actor may see none of it.
 */
export async function runDetail(deps: RunDetailDeps, actor: Actor, runId: string): Promise<RunDetail> {
  const { clickhouse } = deps;
  const [fold, ...others] = await clickhouse.ask(runsById, { runId });
  if (!fold) throw new Fault("not-found", "There is no such run.");
  const { jobNamespace, jobName } = fold;
  const name = { jobNamespace, jobName, runId };
  const [io, events, related, totals] = await Promise.all([
    clickhouse.ask(runIo, name),
    clickhouse.ask(eventsOfRun, { ...name, limit: MOST_EVENTS }),
    clickhouse.ask(relatedRuns, { runId }),
    clickhouse.ask(totalsOfRun, { runId }),
  ]);
  const run = runOf(
    fold,
    io.filter(({ direction }) => direction === "output"),
  );
  if (!isVisible(actor, run)) throw new Fault("not-found", "There is no such run.");
  const mayReadRaw = actor.scopes.includes("run:raw");
  return {
    run,
    alsoCalledSo: others.map((other) => ({ jobNamespace: other.jobNamespace, jobName: other.jobName })),
    inputs: datasetsOf(io, "input"),
    outputs: datasetsOf(io, "output"),
    facets: mergedFacets(events.map(({ raw }) => raw).toReversed()),
    events: events.map((event) => ({ ...event, raw: mayReadRaw ? event.raw : null })),
    related: related.flatMap((entry): RelatedRun[] => {
      const other = deps.facts.run(entry.runId);
      if (entry.runId === runId || (other && !isVisible(actor, other))) return [];
      return [{ ...entry, run: other }];
    }),
    totals: totals.filter(({ entity }) => inScope(actor, entity)),
  };
}

/** A run is visible to who may see any of its entities; one that names none, to everybody. */
function isVisible(actor: Actor, run: Run): boolean {
  const entities = run.targets.flatMap(({ entity }) => entity ?? []);
  return entities.length === 0 || entities.some((entity) => inScope(actor, entity));
}

function datasetsOf(io: { direction: string; namespace: string; name: string }[], direction: "input" | "output") {
  const seen = new Map<string, { namespace: string; name: string }>();
  for (const { direction: way, namespace, name } of io) {
    if (way === direction) seen.set(`${namespace}\n${name}`, { namespace, name });
  }
  return [...seen.values()];
}

/** The latest of each facet, from events oldest first. */
function mergedFacets(raws: readonly string[]): RunDetail["facets"] {
  const facets: RunDetail["facets"] = { run: {}, job: {} };
  for (const raw of raws) {
    const event: unknown = JSON.parse(raw.replace(/^\uFEFF/, ""));
    if (!isObject(event)) continue;
    for (const part of ["run", "job"] as const) Object.assign(facets[part], facetsOf(event[part]));
  }
  return facets;
}

function facetsOf(holder: unknown): Facets {
  return isObject(holder) && isObject(holder.facets) ? holder.facets : {};
}
