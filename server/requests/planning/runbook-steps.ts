import type { RunbookGuide, RunbookStep } from "../../../schemas/wire/runbook.ts";
import { indexOf } from "../../checks/estate-index.ts";
import { localDraft, type Draft, type Wanted } from "./steps.ts";
import type { PlanWorld, Wish } from "./world.ts";

/** Plans what one directive asks for, within the window the runbook is carried out for. */
export type PlanInside = (wish: Wish) => Wanted;

/** A runbook's steps one after the other; a directive's own steps stand in its place. */
export function runbookDrafts(world: PlanWorld, guide: RunbookGuide, wish: Wish, inside: PlanInside): Wanted {
  const drafts: Draft[] = [];
  const stops: Wanted["stops"] = [];
  let before: string[] = [];
  for (const step of guide.steps) {
    const { drafts: own, stops: against } = draftsOf(world, step, wish, inside);
    stops.push(...against);
    const prefixed = own.map((draft) => ({
      ...draft,
      key: `${step.number} ${draft.key}`,
      after: draft.after.length === 0 ? before : draft.after.map((key) => `${step.number} ${key}`),
    }));
    drafts.push(...prefixed);
    const awaited = new Set(prefixed.flatMap(({ after }) => after));
    if (prefixed.length > 0) before = prefixed.map(({ key }) => key).filter((key) => !awaited.has(key));
  }
  return { drafts, stops };
}

function draftsOf(world: PlanWorld, step: RunbookStep, wish: Wish, inside: PlanInside): Wanted {
  const { act, number, text } = step;
  const title = `${number}. ${plain(text)}`;
  if (act.kind === "confirm") return { drafts: [localDraft("confirm", "confirm", title)], stops: [] };
  if (act.kind === "check") {
    const rules = act.reconciliation
      ? [act.reconciliation]
      : indexOf(world.estate)
          .reconciliationsOf(wish.flow ?? "")
          .map(({ id }) => id);
    const drafts = wish.entities.flatMap((entity) =>
      wish.periods.flatMap((period) =>
        rules.map((rule) =>
          localDraft(`check ${rule} ${entity} ${period}`, "check", `${title} ${entity} ${period}`, {
            ...{ flow: wish.flow ?? null, entity, period, settings: { reconciliation: rule } },
          }),
        ),
      ),
    );
    return { drafts, stops: [] };
  }
  const { entity, period, ...settings } = act.settings;
  return inside({
    ...{ ...wish, digest: undefined, runbook: undefined, dataset: undefined, through: undefined },
    ...settings,
    act: act.act,
    entities: entity ? [entity] : wish.entities,
    periods: period ? [period] : wish.periods,
  } as Wish);
}

/** Markdown's emphasis taken out, cut to one line. */
function plain(text: string): string {
  const line = text.split("\n")[0]!.replace(/\*\*|__|`/g, "");
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
