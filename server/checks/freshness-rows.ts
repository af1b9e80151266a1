import type { Instant } from "../../schemas/instant.ts";
import type { FreshnessState } from "../../schemas/wire/flow-strip.ts";
import type { FreshnessRow, ReportFreshness, StaleCause } from "../../schemas/wire/freshness.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import { blindSystems, type Blind } from "./blind-systems.ts";
import { serves } from "./estate-index.ts";
import { missedBetween } from "./expected-runs.ts";
import { flowViewOf, type FlowView, type HopView, type Judging } from "./flow-view.ts";
import { agesAt, inCloseWindow, windowFor } from "./freshness-ages.ts";
import { momentOf } from "./moment.ts";

export interface FreshnessInput extends Judging {
  now: Date;
  period: string;
  entities: "all" | readonly string[];
  collectors: readonly CollectorRow[];
}

/** Freshness of every dataset a flow fills, for each entity the flow serves. */
export function freshnessRows(input: FreshnessInput): FreshnessRow[] {
  const { estate, entities, calendars } = input;
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const moment = momentOf(input.now);
  const blind = blindSystems(estate, input.collectors);
  const shown = estate.entities.filter(({ id }) => entities === "all" || entities.includes(id));
  return estate.flows.flatMap((flow) =>
    shown
      .filter((entity) => serves(flow, entity.id))
      .flatMap((entity) => {
        const view = flowViewOf(input, flow, entity, period, moment);
        return view.hops.map((hop) => rowOf(view, hop, blind, moment.now));
      }),
  );
}

/** Worst first. */
const STATES: readonly FreshnessState[] = ["missing", "stale", "unknown", "due", "not-due", "fresh"];

/** Each report for each entity, as fresh as the worst dataset behind it. */
export function reportFreshness({ estate }: Judging, rows: readonly FreshnessRow[]): ReportFreshness[] {
  return estate.reports.flatMap(({ id: report, title, datasets }) => {
    const behind = Map.groupBy(
      rows.filter(({ dataset }) => datasets.includes(dataset)),
      ({ entity }) => entity,
    );
    return [...behind].map(([entity, own]): ReportFreshness => {
      const worst = own.reduce((one, other) => (STATES.indexOf(other.state) < STATES.indexOf(one.state) ? other : one));
      const { state, overdueSince } = worst;
      const behindTime = state === "stale" || state === "missing" || state === "due";
      const sinceAt = behindTime ? overdueSince : null;
      const own0 = sinceAt === null ? null : { dataset: worst.dataset, title: worst.title, sinceAt };
      return { report, title, entity, state, sinceAt, cause: sinceAt === null ? null : (worst.inherits ?? own0) };
    });
  });
}

function rowOf(view: FlowView, hop: HopView, blind: Blind, now: Instant): FreshnessRow {
  const { flow, entity, period, occurrences } = view;
  const { freshness, watermark, dataset } = hop;
  const closeWindow = windowFor(dataset, view.closeWindow);
  const judgedBy = freshness.overdueSince ?? occurrences.findLast((at) => at <= now) ?? now;
  const because = blind.get(hop.system.id) ?? null;
  const claimed = ["due", "stale", "missing"].includes(freshness.state);
  return {
    ...{ dataset: dataset.id, title: dataset.title, flow: flow.id, entity: entity.id, period: period.period },
    ...freshness,
    // What nobody can read may have arrived all the same.
    state: because !== null && claimed ? "unknown" : freshness.state,
    completeThrough: watermark?.completeThrough ?? null,
    phase: inCloseWindow(closeWindow, judgedBy) ? "close" : "ordinary",
    ...agesAt(flow, closeWindow, judgedBy),
    inherits: claimed ? inheritedFrom(view, hop) : null,
    gaps: missedBetween(occurrences, hop.runs),
    latePostingSince: latePosting(view, hop),
    because: claimed ? because : null,
  };
}

/** The earliest hop that holds nothing newer than this one; null where that is this hop itself. */
function inheritedFrom({ hops }: FlowView, hop: HopView): StaleCause | null {
  const reached = hop.watermark?.completeThrough ?? "";
  let first = hop;
  while (first.at > 0 && (hops[first.at - 1]!.watermark?.completeThrough ?? "") <= reached) first = hops[first.at - 1]!;
  const sinceAt = first.freshness.overdueSince;
  return first === hop || sinceAt === null ? null : { dataset: first.dataset.id, title: first.dataset.title, sinceAt };
}

/** A posting after the cut-off that no snapshot has taken along stands between the ledger and everything behind it. */
function latePosting(view: FlowView, hop: HopView): Instant | null {
  for (const { line, legs, hops } of view.lines) {
    const at = hops.findIndex(({ cause }) => cause === "late-posting");
    const own = legs.findIndex((leg) => leg.dataset.id === hop.dataset.id);
    if (at >= 0 && own >= at) return line.sinceAt ?? legs[0]!.totals[0]?.asOf ?? null;
  }
  return null;
}
