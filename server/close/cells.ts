import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { BoardCell, CellForecast, CellState, Deadline } from "../../schemas/wire/board.ts";
import { timingOf } from "../checks/deadline.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import { addMinutes, type Moment } from "../checks/moment.ts";
import { isLatePosting, type Problem } from "../checks/problem.ts";
import { timeText } from "../checks/time-text.ts";
import { moneyText, signedMoneyText } from "../reconcile/money.ts";
import type { Waiver } from "../../schemas/wire/signoff.ts";
import type { GateFinding } from "./gates.ts";

export interface CellInput {
  milestone: Milestone;
  entity: Entity;
  deadline: Deadline;
  finding: GateFinding;
  /** Cells of the milestones named in `after`, in that order. */
  before: BoardCell[];
  beforeTitles: string[];
  /** Whether anything was ever told of the entity in the period. */
  known: boolean;
  /** When it will probably be met; null once it is, and where nothing can be said. */
  forecast: CellForecast | null;
  /** Minutes it usually takes to mend the flow behind it. */
  repairMinutes: number;
  /** Why a system on the gate's path cannot be read now; null when all can. */
  blind: string | null;
  /** The moment as far as the systems on the gate's path have been read. */
  seen: Moment;
  /** In force now, at this milestone. */
  waiver: Waiver | null;
  /** Holds of its own beside those of its problems: a sign-off that was suspended. */
  holds: string[];
  holdId(problem: Problem): string;
}

/** One milestone for one entity: its gate, what it waits for, and the clock. */
export function cellOf(input: CellInput, moment: Moment): BoardCell {
  const { milestone, entity, deadline, waiver } = input;
  const finding = waived(input);
  const waitsFor = input.beforeTitles.filter((_title, at) => input.before[at]!.state !== "done");
  const met = finding.met && waitsFor.length === 0;
  const gateAt = met ? finding.metAt : finding.wasMetAt;
  const counts = met || (gateAt !== null && input.before.every((cell) => cell.metAt !== null));
  const metAt = counts ? latestOf([gateAt, ...input.before.map((cell) => cell.metAt)]) : null;
  const opensAt = waitsFor.length > 0 ? deadline.at : finding.opensAt;
  const timing = timingOf({ metAt, deadlineAt: deadline.at, opensAt }, input.seen);
  const state = met ? "done" : stateOf({ ...input, finding }, waitsFor.length > 0, moment);
  const blocking = met ? [] : finding.blockedBy;
  const shown = state === "held" || state === "at-risk";
  const amount = (shown && blocking.find((problem) => problem.off && problem.amount !== null)?.amount) || null;
  return {
    milestone: milestone.id,
    state,
    timing,
    metAt,
    deadline,
    note: noteOf(input, state, timing, amount),
    amount,
    currency: amount === null ? null : entity.currency,
    progress: state === "running" ? finding.progress : null,
    why: whyOf({ ...input, finding }, state, met ? null : metAt, waitsFor),
    holds: [...new Set([...input.holds, ...blocking.map(input.holdId)])],
    waiver: waiver && {
      ...{ id: waiver.id, waives: waiver.waives, by: waiver.grantedBy.name },
      ...{ reason: waiver.reason, expiresAt: waiver.expiresAt },
    },
    signoff: finding.signoff ?? null,
    forecast: met ? null : input.forecast,
  };
}

/** A waived gate counts as met since it was waived, whatever is behind it. */
function waived({ finding, waiver, entity }: CellInput): GateFinding {
  if (waiver?.waives !== "gate" || finding.met) return finding;
  const until = timeText(waiver.expiresAt, entity.zone);
  const why = `Waived by ${waiver.grantedBy.name} until ${until}: ${waiver.reason.replace(/\.$/, "")}. ${finding.why}`;
  return { ...finding, met: true, metAt: waiver.grantedAt, blockedBy: [], why };
}

/** From so many closes on what happens one time in ten can be told from a single bad one. */
const ENOUGH_CLOSES = 6;

/** Whether one time in ten, or more often, it would not be met in time; after few closes, every other time. */
function likelyLate(input: CellInput): boolean {
  if (input.forecast === null) return false;
  const { p50At, p90At, closes } = input.forecast;
  return (closes < ENOUGH_CLOSES ? p50At : p90At) > lateFrom(input);
}

/** The instant from which it is called late: its deadline, or the end of a waiver that puts it off. */
function lateFrom({ deadline, waiver }: CellInput): string {
  return waiver?.waives === "deadline" && waiver.expiresAt > deadline.at ? waiver.expiresAt : deadline.at;
}

/**
 * A problem holds a gate that is being judged and endangers the first one it will hold; what waits for such a gate only
 * inherits it, and is not due until its own time runs short.
 */
function stateOf(input: CellInput, waits: boolean, moment: Moment): CellState {
  const { finding, milestone } = input;
  const late = finding.wasMetAt === null && input.seen.past(lateFrom(input));
  const opened = finding.opensAt === null || moment.past(finding.opensAt);
  const judged = opened && !waits;
  const spoiled = milestone.gate.kind === "reconciliation" && finding.blockedBy.some((problem) => problem.off);
  if (spoiled && (late || judged)) return "held";
  if (finding.suspended) return "held";
  if (milestone.gate.kind === "signoff" && waits) return "not-due";
  if (late) return finding.state === "unknown" || input.blind !== null || !input.known ? "unknown" : "held";
  if (judged && finding.blockedBy.some((problem) => EXCEPTION_TABLE[problem.code].severity === "S1")) return "held";
  if (input.blind !== null && opened && !finding.met) return "unknown";
  if (!inherits(input) && (spoiled || (finding.blockedBy.length > 0 && opened))) return "at-risk";
  if (likelyLate(input)) return "at-risk";
  if (!waits && finding.state === "running") return "running";
  if (moment.past(addMinutes(lateFrom(input), -input.repairMinutes))) return "at-risk";
  if (waits) return "not-due";
  return finding.state;
}

function inherits({ finding, before, holdId }: CellInput): boolean {
  const held = new Set(before.flatMap((cell) => cell.holds));
  return finding.blockedBy.some((problem) => held.has(holdId(problem)));
}

function noteOf(input: CellInput, state: CellState, timing: BoardCell["timing"], amount: string | null): string | null {
  if (state === "held" && input.finding.blockedBy.some(isLatePosting)) return "late posting";
  if (amount !== null) return signedMoneyText(amount, input.entity.currency);
  if (state === "held" && timing === "missed") return "late";
  if (input.finding.suspended && state === "held") return "suspended";
  if (input.finding.signoff && state === "running") return input.finding.signoff.state;
  if (state === "running" && input.finding.progress !== null) return `${Math.round(input.finding.progress * 100)} %`;
  return null;
}

function whyOf(input: CellInput, state: CellState, wasMetAt: string | null, waitsFor: string[]): string {
  const { finding, deadline, entity } = input;
  if (state === "done") return finding.why;
  const due = wasMetAt
    ? `It was met ${timeText(wasMetAt, entity.zone)} and is open again.`
    : `Due ${timeText(deadline.at, entity.zone)}.`;
  if (state === "unknown" && !input.known) return `Nothing is known of ${entity.id} in this period. ${due}`;
  if (state === "unknown" && input.blind) return `${input.blind} ${due}`;
  if (state === "at-risk" && likelyLate(input)) return `${finding.why} ${forecastText(input)} ${due}`;
  if (finding.met || (waitsFor.length > 0 && state === "not-due")) return `Waits for ${listed(waitsFor)}. ${due}`;
  const short = finding.blockedBy.find((problem) => problem.amount !== null && problem.off);
  const said = short && finding.why.includes(moneyText(short.amount!, entity.currency));
  const figure = short && !said ? `${signedMoneyText(short.amount!, entity.currency)}. ` : "";
  return `${figure}${finding.why} ${due}`;
}

/** `Likely 2 Nov 18:40, nine times in ten by 19:10; Load takes longest. From 24 loads … in earlier closes.` */
function forecastText({ forecast, entity }: CellInput): string {
  const { p50At, p90At, hop, basis } = forecast!;
  const longest = hop ? `; ${hop.title} takes longest` : "";
  return `Likely ${timeText(p50At, entity.zone)}, nine times in ten by ${timeText(p90At, entity.zone)}${longest}. ${basis}`;
}

/** `Actuals in`, `Actuals in and Accruals`, `Actuals in, Accruals and Ties out`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function latestOf(instants: (string | null)[]): string | null {
  return instants.reduce((last, at) => (last === null || (at !== null && at > last) ? at : last), null);
}
