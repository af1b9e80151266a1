import type { BreakCause, BreakRow, BreakState, ExplanationReason } from "../../schemas/wire/break.ts";
import type { CellState } from "../../schemas/wire/board.ts";
import type { MatrixHead, MatrixState } from "../../schemas/wire/reconcile-matrix.ts";
import type { Tone } from "../parts/Mark.svelte";
import { amount, count, money, numberWord } from "./money.ts";

/** Each state of the matrix in the one vocabulary of marks. */
export const MATRIX_LOOKS: Record<MatrixState, { shape: CellState; tone: Tone; word: string }> = {
  tied: { shape: "done", tone: "tie", word: "ties" },
  tolerated: { shape: "done", tone: "tie", word: "within tolerance" },
  settled: { shape: "done", tone: "tie", word: "explained" },
  off: { shape: "held", tone: "break", word: "does not tie" },
  flight: { shape: "running", tone: "flight", word: "on its way" },
  "not-comparable": { shape: "at-risk", tone: "rest", word: "not comparable yet" },
  unknown: { shape: "unknown", tone: "unknown", word: "unknown" },
  broken: { shape: "held", tone: "break", word: "check broken" },
};

export const BREAK_WORDS: Record<BreakState, string> = {
  open: "open",
  assigned: "assigned",
  explained: "to be reviewed",
  reviewed: "reviewed",
  resolved: "ties again",
  "accepted-timing": "accepted as timing",
  adjusted: "adjusted",
  "written-off": "written off",
};

export const CAUSE_WORDS: Record<BreakCause, string> = {
  unmapped: "not mapped",
  rejected: "rows rejected",
  sign: "sign turned",
  rate: "another rate",
  duplicate: "loaded twice",
  late: "posted late",
  "partial-load": "loaded in part",
  version: "other version",
  "missing-side": "one side missing",
  count: "count only",
  rounding: "rounding",
  overdrawn: "overdrawn",
  unknown: "cause unknown",
};

export const REASON_WORDS: Record<ExplanationReason, string> = {
  timing: "Timing",
  mapping: "Mapping",
  "rejected-rows": "Rejected rows",
  sign: "Sign",
  rate: "Rate",
  duplicate: "Loaded twice",
  "late-posting": "Late posting",
  version: "Version",
  rounding: "Rounding",
  "error-at-source": "Error at the source",
  other: "Something else",
};

const SETTLED: ReadonlySet<BreakState> = new Set(["resolved", "accepted-timing", "adjusted", "written-off"]);

/** Whether somebody still has to do something about it. */
export function isOpen({ state }: Pick<BreakRow, "state">): boolean {
  return !SETTLED.has(state);
}

/** The difference with what it is counted in: `− 22,231.55 EUR`, `14 rows`. */
export function breakAmount({ amount: value, unit }: Pick<BreakRow, "amount" | "unit">): string {
  return unit === "rows" ? `${count(value)} rows` : money(value, unit, { plus: true });
}

/** Does it tie out? `Ten of twelve comparisons tie. 22,231.55 EUR is unexplained.` */
export function tieSentence(head: MatrixHead): string {
  const of = (states: MatrixState[]) => states.reduce((sum, state) => sum + (head.counts[state] ?? 0), 0);
  const all = of(Object.keys(MATRIX_LOOKS) as MatrixState[]);
  if (all === 0) return "Nothing is compared yet.";
  const fine = of(["tied", "tolerated", "settled"]);
  const lead =
    fine === all
      ? `${all === 1 ? "The one comparison ties" : `All ${numberWord(all).toLowerCase()} comparisons tie`}.`
      : `${fine === 0 ? "None" : numberWord(fine)} of ${numberWord(all).toLowerCase()} comparisons ${fine === 1 ? "ties" : "tie"}.`;
  const [first, ...others] = head.atRisk;
  if (!first) return lead;
  const rest = others.map(({ currency, amount: value }) => money(value, currency));
  return `${lead} ${[money(first.amount, first.currency), ...rest].join(" and ")} ${rest.length > 0 ? "are" : "is"} unexplained.`;
}

/** What is left to do: `Three breaks are open, one of nobody; two wait for review.` */
export function breaksSentence({ openBreaks, unassigned, inReview }: MatrixHead): string {
  if (openBreaks === 0) return "No break is open.";
  const said = [`${numberWord(openBreaks)} ${openBreaks === 1 ? "break is" : "breaks are"} open`];
  if (unassigned > 0) said.push(`${numberWord(unassigned).toLowerCase()} without an owner`);
  if (inReview > 0) said.push(`${numberWord(inReview).toLowerCase()} waiting for review`);
  return `${said.join(", ")}.`;
}

/** `3 work days`, or days once it is old. */
export function ageText({ workDays, days }: BreakRow["age"]): string {
  if (workDays <= 5) return workDays === 1 ? "1 work day" : `${workDays} work days`;
  return `${days} days`;
}

/** What is at risk against materiality, for a matrix cell: the amount alone, its currency stands in the heading. */
export function atRiskText(value: string | null, currency: string): string {
  return value === null ? "" : amount(value, currency);
}
