import type { BoardCell } from "../../schemas/wire/board.ts";
import type { EntityReadiness, PathStep } from "../../schemas/wire/readiness.ts";
import type { Weight } from "./verdict.ts";

/** The answer for one entity: `DE01 cannot close October 2026 yet: “Ties out” is held.` */
export function readinessSentence(row: EntityReadiness): { text: string; weight: Weight | null } {
  const gate = row.gates.find(({ id }) => id === row.worst);
  const because = (words: string) => (gate ? `: ${gate.title.toLowerCase()} ${words}` : "");
  switch (row.verdict) {
    case "closed":
      return { text: `${row.entity} has closed ${row.title}.`, weight: null };
    case "ready":
      return { text: `${row.entity} can close ${row.title}.`, weight: null };
    case "on-course":
      return { text: `${row.entity} is on course to close ${row.title}.`, weight: null };
    case "at-risk":
      return { text: `${row.entity} may miss the close of ${row.title}${because("is at risk")}.`, weight: "risk" };
    case "late":
      return { text: `${row.entity} is late with ${row.title}${because("is over its deadline")}.`, weight: "break" };
    case "held":
      return { text: `${row.entity} cannot close ${row.title} yet${because("is held")}.`, weight: "break" };
    case "unknown":
      return {
        text: `Whether ${row.entity} can close ${row.title} is unknown${because("has not reported")}.`,
        weight: "unknown",
      };
  }
}

/** The way as stretches of time: each begins when the one before it was met. */
export function stretchesOf(path: readonly PathStep[], cells: readonly BoardCell[]) {
  return path.map((step, at) => {
    const before = path[at - 1];
    const began =
      step.metAt && step.tookMinutes !== null
        ? new Date(Date.parse(step.metAt) - step.tookMinutes * 60_000).toISOString()
        : null;
    return {
      id: step.milestone,
      title: step.title,
      state: step.state,
      fromAt: began ?? before?.metAt ?? null,
      metAt: step.metAt,
      dueAt: step.deadline.at,
      forecast: cells.find(({ milestone }) => milestone === step.milestone)?.forecast ?? null,
    };
  });
}

/** `3 h before its deadline`, `40 min over` */
export function slackText({ slackMinutes, metAt }: PathStep, span: (seconds: number) => string): string {
  const gap = span(Math.abs(slackMinutes) * 60);
  if (metAt) return slackMinutes >= 0 ? `${gap} before its deadline` : `${gap} late`;
  return slackMinutes >= 0 ? `${gap} left` : `${gap} over`;
}
