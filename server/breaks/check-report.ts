import type { CheckReport } from "../../schemas/wire/reconcile-matrix.ts";
import type { Actor, Context } from "../context.ts";
import { demand } from "../people/permit.ts";
import { unsettled } from "../reconcile/settled.ts";
import { lineOf } from "../reconcile/tie-line.ts";
import { presentBreaks } from "../store/postgres/breaks-lists.ts";
import { breakRow } from "./break-rows.ts";
import { findingsOf } from "./check-rule.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { CheckScope } from "./due-checks.ts";

/** Runs reconciliations now and tells what they found, what of it is settled and what is not. */
export async function checkReport(
  ctx: Pick<Context, "estate" | "clock" | "postgres"> & { checkpoints: Pick<Checkpoints, "check"> },
  actor: Actor,
  scope: CheckScope,
): Promise<CheckReport> {
  demand(actor, "check:run");
  const asked = scope.entities ?? ctx.estate.entities.map(({ id }) => id);
  const entities = asked.filter((id) => actor.entities === "all" || actor.entities.includes(id));
  const done = await ctx.checkpoints.check("demand", { ...scope, entities });
  const stored = (await ctx.postgres.ask(presentBreaks, { period: scope.period })).map((row) => breakRow(ctx, row));
  const standings = new Map(stored.map((row) => [row.id, row]));
  const checks = done.map(({ input, judged, state, canary, ruleVersion, breaks, checkedAt, resultId }) => {
    const open = unsettled(breaks, standings);
    const line = lineOf(input, judged);
    return {
      ...{ rule: input.reconciliation.id, title: input.reconciliation.title, entity: input.entity.id },
      state: state === "off" && open.length === 0 ? ("settled" as const) : state,
      ...{ difference: line.difference, currency: line.currency, ruleVersion, canary, checkedAt, resultId, line },
      findings: findingsOf(judged),
      unexplained: open.flatMap(({ id }) => standings.get(id) ?? []),
    };
  });
  const unexplained = checks.filter(({ state }) => state === "off" || state === "broken").length;
  return { period: scope.period, checks, unexplained };
}
