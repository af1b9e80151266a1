import type { Instant } from "../../schemas/instant.ts";
import type { CellSignoff, CellState } from "../../schemas/wire/board.ts";
import type { FlowView } from "../checks/flow-view.ts";
import { reachedAt, tiedBy, tiedSince } from "../checks/met-at.ts";
import { blocksDelivery, isLatePosting, type Problem } from "../checks/problem.ts";
import { timeText } from "../checks/time-text.ts";
import type { Moment } from "../checks/moment.ts";
import type { JudgedLine } from "../reconcile/tie-line.ts";

/** What one gate says by itself, before predecessors and the deadline are looked at. */
export interface GateFinding {
  met: boolean;
  /** Null for a gate that is met by its predecessors alone: theirs counts. */
  metAt: Instant | null;
  /** When a gate that is not met any more had been, in time for its deadline; null where it had not. */
  wasMetAt: Instant | null;
  /** The instant the gate can first be met. */
  opensAt: Instant | null;
  /** Problems that keep it from being met. */
  blockedBy: Problem[];
  /** Where it stands while it is neither met nor blocked. */
  state: Exclude<CellState, "done" | "held" | "at-risk">;
  progress: number | null;
  why: string;
  /** The reconciliation's line, where the gate is one. */
  line: JudgedLine | null;
  /** Where its sign-off stands, where the gate is one, and whether what was signed has changed since. */
  signoff?: CellSignoff;
  suspended?: boolean;
  /** Problems that hold it no more, because somebody explained them and somebody else approved that. */
  accepted?: Problem[];
}

const TIES = "Ties at every hop and end to end.";
const NEAR = "Ties within materiality; the difference stands on the line.";
const APPROVED = "Does not tie; every difference is explained and approved.";

export interface GateInput {
  view: FlowView;
  problems: readonly Problem[];
  zone: string;
  moment: Moment;
}

/** A flow gate judges the watermark of the dataset it goes through, never the success of a run. */
export function flowGate(input: GateInput, through: string | undefined, cutOff: Instant): GateFinding {
  const { view, problems, zone, moment } = input;
  const at = through ? view.hops.findIndex((hop) => hop.hop.dataset === through) : view.hops.length - 1;
  const hop = view.hops[at]!;
  const metAt = reachedAt(view, at, cutOff);
  const open = moment.past(cutOff);
  const running = view.hops.slice(0, at + 1).flatMap((each) => each.active);
  const reached = hop.watermark?.completeThrough;
  const found = { met: metAt !== null, metAt, wasMetAt: null, opensAt: cutOff, progress: null, line: null };
  if (metAt !== null) {
    return {
      ...found,
      blockedBy: [],
      state: "not-due",
      why: `Complete through ${timeText(cutOff, zone)} since ${timeText(metAt, zone)}.`,
    };
  }
  const blockedBy = problems.filter((problem) => blocksDelivery(problem) && problem.hop <= at);
  const wanted = `Needs data through ${timeText(cutOff, zone)}`;
  if (open && running.length > 0) {
    const progress = running.find((run) => run.progress !== null)?.progress ?? null;
    return { ...found, blockedBy, state: "running", progress, why: `${wanted}; a load is on its way.` };
  }
  const unseen = !reached && hop.runs.length === 0;
  const silent = unseen && hop.freshness.state !== "not-due" && hop.freshness.state !== "due";
  const why = reached ? `${wanted}; it has ${timeText(reached, zone)}.` : `${wanted}; nothing has arrived yet.`;
  return { ...found, blockedBy, state: silent ? "unknown" : "not-due", why };
}

/**
 * A reconciliation gate is met once every leg holds the data the close needs by then and the line ties, or nearly so.
 * Figures that tied by the deadline were in time, also where a later posting or load opened the line again.
 *
 * @param settled every break of it is explained, and the explanations approved by somebody else
 */
export function reconciliationGate(
  input: GateInput,
  judged: JudgedLine,
  { cutOff, deadlineAt, settled }: { cutOff: Instant; deadlineAt: Instant; settled: boolean },
): GateFinding {
  const { view, problems, moment } = input;
  const { line, legs } = judged;
  const legIds = new Set(legs.map((leg) => leg.dataset.id));
  const spoiling = problems.filter(
    (problem) => legIds.has(problem.dataset) && (problem.off || blocksDelivery(problem)),
  );
  const complete = legs.every((leg) => (leg.watermark?.completeThrough ?? "") >= cutOff);
  const near =
    line.state === "off" &&
    spoiling.some((problem) => problem.off) &&
    spoiling.every((problem) => problem.off && !problem.material);
  const found = { opensAt: cutOff, progress: null, line: judged };
  // A gap no run told of may have been there all along.
  const told = problems.every((problem) => problem.kind !== "off" || isLatePosting(problem));
  const wasMetAt = told ? tiedBy(view, cutOff, deadlineAt) : null;
  const approved = settled && line.state === "off" && spoiling.every((problem) => problem.off);
  if (complete && (line.state === "tied" || near || approved)) {
    const why = near ? NEAR : approved ? APPROVED : TIES;
    const metAt = wasMetAt ?? tiedSince(view, cutOff);
    const accepted = approved ? spoiling : [];
    return { ...found, met: true, metAt, wasMetAt, blockedBy: [], accepted, state: "not-due", why };
  }
  const blockedBy = spoiling.filter((problem) => problem.material);
  const open = moment.past(cutOff);
  const at = { ...found, met: false, metAt: null, wasMetAt, blockedBy };
  if (line.state === "off") return { ...at, state: "unknown", why: line.hops[line.firstOff!]!.why };
  if (!open) return { ...at, state: "not-due", why: "Judged once the data it needs is in." };
  if (line.state === "flight") return { ...at, state: "running", why: firstWhy(judged, "flight") };
  if (line.state === "tied") return { ...at, state: "not-due", why: "Ties so far; the data it needs is not all in." };
  return { ...at, state: "unknown", why: firstWhy(judged, "unknown") };
}

function firstWhy(judged: JudgedLine, state: string): string {
  const hop = judged.line.hops.find((each) => each.state === state);
  return hop ? `${hop.title}: ${hop.why}` : "";
}

/** Met by its predecessors alone; also a gate on a flow that does not serve the entity, or not asked of the period yet. */
export function predecessorsGate(why = "All it waits for is met."): GateFinding {
  return {
    ...{ met: true, metAt: null, wasMetAt: null, opensAt: null, blockedBy: [], progress: null, line: null },
    state: "not-due",
    why,
  };
}
