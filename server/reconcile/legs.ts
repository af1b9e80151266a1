import type { Entity } from "../../schemas/estate/estate.ts";
import type { Dataset, Flow, Reconciliation } from "../../schemas/estate/flow.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { RunException } from "../../schemas/event/facets.ts";
import type { Facts } from "../../schemas/facts.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Run, Total, Watermark } from "../../schemas/run.ts";
import type { EstateIndex } from "../checks/estate-index.ts";
import { addMinutes, type Moment } from "../checks/moment.ts";
import { cellsMemo } from "./cells.ts";
import type { JudgedLeg } from "./judge-legs.ts";

/** One leg of a reconciliation with everything known of it for one entity and period. */
export interface Leg extends JudgedLeg {
  dataset: Dataset;
  system: System;
  /** The version its figures are of. */
  version: string;
  totals: Total[];
  watermark: Watermark | null;
  /** The run behind the figures; null for what is read off a dataset itself. */
  run: Run | null;
  /** Every run into it, newest start first. */
  runs: Run[];
  /** The hop of the flow that fills it; −1 for the source. */
  hop: number;
}

export interface LegInput {
  index: EstateIndex;
  facts: Facts;
  flow: Flow;
  entity: Entity;
  period: string;
  /** Legs read before for this entity and period at the same moment, by what `keysOf` tells apart. */
  legs?: Map<string, Leg>;
}

/** Every leg of a rule as far as facts go; whether figures are on their way is looked up when it is asked. */
export function legsOf(input: LegInput, reconciliation: Reconciliation, moment: Moment): Leg[] {
  const { legs: known } = input;
  const own = keysOf(reconciliation);
  return reconciliation.legs.map((id, at) => {
    const leg = known?.get(own[at]!);
    if (leg) return leg;
    const version = reconciliation.versions[id] ?? input.flow.version;
    const read = legOf(input, id, version, reconciliation.signs[id] ?? 1, moment);
    known?.set(own[at]!, read);
    return read;
  });
}

const keys = new WeakMap<Reconciliation, string[]>();

/** What tells legs of rules apart for one entity and period. */
function keysOf(rule: Reconciliation): string[] {
  let known = keys.get(rule);
  if (!known) {
    known = rule.legs.map((id) => [rule.flow, id, rule.versions[id] ?? "", rule.signs[id] ?? 1].join("\n"));
    keys.set(rule, known);
  }
  return known;
}

function legOf(input: LegInput, id: string, version: string, sign: 1 | -1, moment: Moment): Leg {
  const { index, facts, flow, entity, period } = input;
  const name = index.name(id);
  const dataset = index.dataset(id);
  const totals = facts.totals(name, entity.id, period, version);
  const watermark = facts.watermark(name, entity.id, period, version);
  const runs = facts.runsInto(name, entity.id, period);
  const behind = totals[0] ? facts.run(totals[0].runId) : null;
  const leg: Leg = {
    ...{ dataset, version, sign, totals, watermark, runs },
    memo: cellsMemo(totals),
    system: index.systemOf(id),
    kind: dataset.kind,
    completeThrough: watermark?.completeThrough ?? null,
    snapshotAsOf: watermark?.snapshotAsOf ?? null,
    run: behind ?? runs.find((run) => !isActive(run)) ?? null,
    otherRun: dataset.kind !== "source" && toldApart(facts, totals, watermark),
    active: runs.some(isActive),
    hop: flow.hops.findIndex((hop) => hop.dataset === id),
    onItsWay: () => onItsWay(input, leg, moment),
  };
  return leg;
}

/** Whether one run told the figures and another how far they reach. What is read off a dataset itself is of no run. */
function toldApart(facts: Facts, [total]: readonly Total[], watermark: Watermark | null): boolean {
  if (!total || !watermark?.completeThrough || watermark.runId === total.runId) return false;
  return facts.run(watermark.runId) !== null && facts.run(total.runId) !== null;
}

export function isActive(run: Run): boolean {
  return run.state === "NEW" || run.state === "RUNNING";
}

/** What a run says went wrong for one entity; what names no entity concerns them all. */
export function exceptionsFor(run: Run | null, entity: string, period: string): RunException[] {
  return (run?.exceptions ?? []).filter(
    (exception) => (exception.entity ?? entity) === entity && (exception.period ?? period) === period,
  );
}

/**
 * Whether newer figures are on their way into a leg: a run is under way into it or a hop before it, or the hop before
 * delivered so recently that the next step may still begin (a dashboard is given the flow's own latency).
 */
function onItsWay(input: LegInput, leg: Leg, moment: Moment): boolean {
  const { index, facts, flow, entity, period } = input;
  const isReport = leg.kind === "report";
  return flow.hops.slice(0, leg.hop + 1).some((hop, at) => {
    const runs = facts.runsInto(index.name(hop.dataset), entity.id, period);
    const latest = runs[0];
    if (!latest) return false;
    if (isActive(latest)) return true;
    const patience = isReport && at === leg.hop - 1 ? flow.freshness.dueMinutes : flow.cadence.graceMinutes;
    return at < leg.hop && latest.state === "COMPLETED" && !moment.past(addMinutes(endOf(latest), patience));
  });
}

export function startOf(run: Run): Instant {
  return run.startedAt ?? run.lastEventAt;
}

export function endOf(run: Run): Instant {
  return run.endedAt ?? run.lastEventAt;
}
