import type { IncidentRow, IncidentState, Severity } from "../../schemas/wire/incident.ts";
import { numberWord } from "./money.ts";
import type { Look } from "./state-words.ts";

/** An incident's state in the one vocabulary. What was mended carries no double rule: that is kept for figures. */
export function lookOfIncident({ state, quietSinceAt }: Pick<IncidentRow, "state" | "quietSinceAt">): Look {
  if (state === "resolved") return { shape: "done", tone: "tie", word: "resolved" };
  if (quietSinceAt !== null) return { shape: "running", tone: "flight", word: "seems mended" };
  if (state === "snoozed") return { shape: "not-due", tone: "rest", word: "put aside" };
  if (state === "acknowledged") return { shape: "running", tone: "flight", word: "taken on" };
  return { shape: "held", tone: "break", word: "open" };
}

export const SEVERITY_WORDS: Record<Severity, string> = {
  S1: "blocks certification",
  S2: "endangers a deadline",
  S3: "stays within the period",
  S4: "is a notice",
};

const ORDER: readonly IncidentState[] = ["open", "acknowledged", "snoozed", "resolved"];

/** What needs somebody first: open before taken on before put aside, worst first, the earliest deadline first. */
export function needsFirst(a: IncidentRow, b: IncidentRow): number {
  if (a.state === "resolved" && b.state === "resolved") return compare(b.resolvedAt ?? "", a.resolvedAt ?? "");
  return (
    ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
    compare(a.severity, b.severity) ||
    compare(a.dueAt ?? "9", b.dueAt ?? "9") ||
    compare(a.openedAt, b.openedAt) ||
    a.number - b.number
  );
}

/** The page's one sentence: `Two incidents need you, one blocks certification.` */
export function incidentSentence(rows: readonly IncidentRow[]): string {
  const mine = rows.filter((row) => row.mine && row.state === "open");
  const worst = mine.filter(({ severity }) => severity === "S1").length;
  if (mine.length === 0) {
    const taken = rows.filter((row) => row.mine && row.state === "acknowledged").length;
    return taken > 0
      ? `Nothing new needs you; ${numberWord(taken).toLowerCase()} ${taken === 1 ? "is" : "are"} taken on.`
      : "Nothing needs you now.";
  }
  const needs = mine.length === 1 ? "One incident needs you" : `${numberWord(mine.length)} incidents need you`;
  if (worst === 0) return `${needs}.`;
  if (worst === mine.length) return `${needs} and ${worst === 1 ? "blocks" : "block"} certification.`;
  return `${needs}, ${numberWord(worst).toLowerCase()} of them ${worst === 1 ? "blocks" : "block"} certification.`;
}

/** `Two open, one taken on.`; empty where there is nothing to count. */
export function countsSentence(rows: readonly IncidentRow[]): string {
  const words = { open: "open", acknowledged: "taken on", snoozed: "put aside" } as const;
  const parts = Object.entries(words).flatMap(([state, word]) => {
    const found = rows.filter((row) => row.state === state).length;
    return found === 0 ? [] : [`${numberWord(found).toLowerCase()} ${word}`];
  });
  const text = parts.join(", ");
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `DE01`, `DE01, FR02 and 3 more`, `every entity`. */
export function whom(entities: readonly string[]): string {
  if (entities.length === 0) return "every entity";
  if (entities.length <= 3) return entities.join(", ");
  return `${entities.slice(0, 2).join(", ")} and ${entities.length - 2} more`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
