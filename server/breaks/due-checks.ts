import { momentOf, type Moment } from "../checks/moment.ts";
import { calendarsOf } from "../close/calendars.ts";
import { periodInView } from "../close/period-in-view.ts";
import type { Context } from "../context.ts";
import { checkRule, type Checked } from "./check-rule.ts";
import { lineInputs, rulesFor } from "./line-input.ts";

/** Which checks: those of some rules and entities of a period, whether anything changed or not. */
export interface CheckScope {
  period: string;
  entities?: readonly string[];
  rule?: string;
}

/** What a check rested on: it holds until facts move or time alone would change it. */
export interface Footing {
  version: number;
  moment: Moment;
}

export interface DueCheck {
  key: string;
  checked: Checked;
  footing: Footing;
}

type Reading = Pick<Context, "clock" | "estate" | "facts">;

export function checkKey(rule: string, entity: string, period: string): string {
  return `${rule}\n${entity}\n${period}`;
}

/** Checks what a scope names; without one whatever facts or time changed since its `footing`. */
export function* dueChecks(
  ctx: Reading,
  footing: (key: string) => Footing | undefined,
  untouched: ReadonlyMap<string, number>,
  scope?: CheckScope,
): Generator<DueCheck> {
  const { estate, facts } = ctx;
  const now = ctx.clock.now();
  const shared = momentOf(now).now;
  for (const period of scope ? [scope.period] : [...new Set([...openPeriods(ctx), ...facts.periods()])]) {
    for (const entity of estate.entities) {
      if (scope?.entities && !scope.entities.includes(entity.id)) continue;
      const version = facts.version(entity.id, period);
      if (!scope && untouched.get(`${entity.id}\n${period}`) === version) continue;
      const moment = momentOf(now);
      const inputOf = lineInputs({ estate, facts }, entity.id, period);
      for (const rule of inputOf ? rulesFor(estate, entity) : []) {
        if (scope?.rule && rule.id !== scope.rule) continue;
        const key = checkKey(rule.id, entity.id, period);
        const known = footing(key);
        if (!scope && known?.version === version && known.moment.holdsAt(shared, NO_READINGS)) continue;
        yield { key, checked: checkRule(inputOf!(rule), moment), footing: { version, moment } };
      }
    }
  }
}

/** Reconciliations look at no collector's readings. */
const NO_READINGS = new Map<string, string>();

/** What is being closed, and the period before it. */
export function openPeriods({ estate, clock }: Pick<Context, "estate" | "clock">): string[] {
  const calendars = calendarsOf(estate);
  const inView = periodInView(calendars, clock.now());
  return [calendars.previous(inView).period, inView.period];
}

/** Versions of the facts of older periods: they are checked once figures come in for them again. */
export function untouchedPeriods(ctx: Reading): Map<string, number> {
  const [least = ""] = openPeriods(ctx);
  const older = ctx.facts.periods().filter((period) => period < least);
  return new Map(
    older.flatMap((period) =>
      ctx.estate.entities.map(({ id }) => [`${id}\n${period}`, ctx.facts.version(id, period)] as const),
    ),
  );
}
