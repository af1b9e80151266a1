import type { FlowStrip, FreshnessState, StripHop } from "../../schemas/wire/flow-strip.ts";
import type { CollectorRow, RequestRow } from "../../schemas/wire/live.ts";
import type { HopState } from "../../schemas/wire/line.ts";
import { rerunTarget } from "../reconcile/rerun-target.ts";
import { blindSystems } from "./blind-systems.ts";
import { serves } from "./estate-index.ts";
import { flowViewOf, type FlowView, type HopView, type Judging } from "./flow-view.ts";
import { momentOf, readingsOf } from "./moment.ts";
import type { Problem } from "./problem.ts";
import { problemsOf } from "./problems.ts";
import { sparkOf } from "./spark.ts";
import { timeText } from "./time-text.ts";

export interface StripsInput extends Judging {
  now: Date;
  period: string;
  requests: readonly RequestRow[];
  collectors: readonly CollectorRow[];
  entities: "all" | readonly string[];
}

/** One strip for each flow and entity it serves, keyed `<flow>:<entity>`. */
export function flowStrips(input: StripsInput): Record<string, FlowStrip> {
  const { estate, entities, calendars } = input;
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const moment = momentOf(input.now, readingsOf(input.collectors));
  const blind = new Set(blindSystems(estate, input.collectors).keys());
  const strips: Record<string, FlowStrip> = {};
  for (const flow of estate.flows) {
    for (const entity of estate.entities) {
      if (!serves(flow, entity.id) || (entities !== "all" && !entities.includes(entity.id))) continue;
      const view = flowViewOf(input, flow, entity, period, moment);
      const strip = stripOf(input, view, problemsOf(input, view, blind, moment));
      strips[strip.id] = strip;
    }
  }
  return strips;
}

function stripOf(input: StripsInput, view: FlowView, problems: Problem[]): FlowStrip {
  const { flow, entity, period } = view;
  const last = view.hops.at(-1)!;
  const hops = view.hops.map((hop) => hopOf(view, hop, problems));
  const request = input.requests
    .filter((row) => row.flow === flow.id && row.entities.includes(entity.id) && row.period === period.period)
    .filter((row) => ["requested", "dispatched", "running"].includes(row.state))
    .reduce<RequestRow | null>((newest, row) => (!newest || row.requestedAt > newest.requestedAt ? row : newest), null);
  return {
    kind: "strip",
    id: `${flow.id}:${entity.id}`,
    flow: flow.id,
    title: flow.title,
    entity: entity.id,
    entityName: entity.name,
    period: period.period,
    criticality: flow.criticality,
    freshness: last.freshness.state,
    completeThrough: last.watermark?.completeThrough ?? null,
    ageMinutes: last.freshness.ageMinutes,
    nextDueAt: last.freshness.nextDueAt,
    hops,
    weight: weightOf(flow.criticality, last.freshness.state, hops, problems),
    exceptions: problems.reduce((sum, problem) => sum + Math.max(1, problem.exceptions.length), 0),
    why: whyOf(view, problems),
    rerun: rerunTarget(flow, hops),
    requestId: request?.id ?? null,
    requestState: request?.state ?? null,
    spark: sparkOf(input, flow, entity, input.now),
  };
}

function hopOf(view: FlowView, hop: HopView, problems: readonly Problem[]): StripHop {
  const run = hop.runs[0] ?? null;
  return {
    dataset: hop.dataset.id,
    title: hop.hop.title,
    systemTitle: hop.system.title,
    state: stateOf(view, hop, problems),
    runId: run?.runId ?? null,
    runState: run?.state ?? null,
    qualifier: run?.qualifier ?? null,
    progress: hop.active.find((active) => active.progress !== null)?.progress ?? null,
    at: run ? (run.endedAt ?? run.startedAt ?? run.lastEventAt) : null,
  };
}

/** A run under way shows first; then what is wrong; then whether the figures tie; without a reconciliation, the run's word. */
function stateOf(view: FlowView, hop: HopView, problems: readonly Problem[]): HopState {
  const own = problems.find((problem) => problem.hop === hop.at);
  if (hop.active.length > 0 && own?.kind !== "stalled") return "flight";
  if (own) return "off";
  for (const { line } of view.lines) {
    const leg = line.hops.find((candidate) => candidate.dataset === hop.dataset.id);
    if (leg) return leg.state;
  }
  return hop.ended?.state === "COMPLETED" ? "tied" : "unknown";
}

const FRESHNESS_WEIGHT: Record<FreshnessState, number> = {
  missing: 40,
  stale: 30,
  unknown: 20,
  due: 10,
  fresh: 0,
  "not-due": 0,
};
const CRITICALITY_WEIGHT: Record<string, number> = { "close-critical": 3, important: 2, routine: 1 };

/** What needs a person weighs most, then what is late, then what is under way; critical flows before others. */
function weightOf(criticality: string, freshness: FreshnessState, hops: StripHop[], problems: Problem[]): number {
  const wrong = problems.length > 0 ? 100 + (problems.some((problem) => problem.off && problem.material) ? 100 : 0) : 0;
  const moving = hops.some((hop) => hop.state === "flight") ? 5 : 0;
  return (wrong + FRESHNESS_WEIGHT[freshness] + moving) * 10 + (CRITICALITY_WEIGHT[criticality] ?? 0);
}

function whyOf(view: FlowView, problems: readonly Problem[]): string {
  const { zone } = view.entity;
  const [problem] = problems;
  if (problem) {
    const { hop } = view.hops[problem.hop]!;
    return `${hop.title}: ${PROBLEM_WORDS[problem.kind]} since ${timeText(problem.sinceAt, zone)}.`;
  }
  const moving = view.hops.find((hop) => hop.active.length > 0);
  if (moving) return `${moving.hop.title} is under way in ${moving.system.title}.`;
  const { freshness, watermark } = view.hops.at(-1)!;
  if (watermark?.completeThrough) {
    const next = freshness.nextDueAt ? ` Next load ${timeText(freshness.nextDueAt, zone)}.` : "";
    return `Complete through ${timeText(watermark.completeThrough, zone)}.${next}`;
  }
  return freshness.nextDueAt ? `Next load ${timeText(freshness.nextDueAt, zone)}.` : "Nothing has been reported yet.";
}

const PROBLEM_WORDS: Record<Problem["kind"], string> = {
  rejected: "rows refused",
  failed: "failed",
  stalled: "stalled",
  missing: "expected and not started",
  stale: "older figures shown",
  off: "does not tie",
};
