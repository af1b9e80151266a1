import type { EntityDecisions } from "../close/decisions.ts";
import { isSettled } from "../reconcile/settled.ts";
import { presentBreaks } from "../store/postgres/breaks-lists.ts";
import type { Asking } from "../store/postgres.ts";

/**
 * What people decided about the breaks of a period, by entity: rules that differ and all of whose breaks are explained
 * and approved by another person, and every explanation given. Entities without breaks are left out.
 */
export async function decidedBreaks(
  store: Asking,
  period: string,
): Promise<Map<string, Pick<EntityDecisions, "revision" | "settled" | "explanations">>> {
  const rows = await store.ask(presentBreaks, { period });
  return new Map(
    [...Map.groupBy(rows, ({ entity }) => entity)].map(([entity, own]) => {
      const rules = [...Map.groupBy(own, ({ rule }) => rule)];
      const settled = rules.filter(([, breaks]) => breaks.every(({ state }) => isSettled(state))).map(([rule]) => rule);
      const explanations = own.flatMap(({ id, rule, amount, unit, state, explanation, review }) =>
        explanation
          ? [
              {
                ...{ id, rule, amount, unit, state, reason: explanation.reason, text: explanation.text },
                ...{ by: explanation.by.name, approvedBy: review?.by.name ?? null },
              },
            ]
          : [],
      );
      return [
        entity,
        { settled, explanations, revision: own.map(({ id, revision }) => `${id} ${revision}`).join("\n") },
      ];
    }),
  );
}
