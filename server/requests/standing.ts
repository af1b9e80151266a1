import type { PlanTouches } from "../../schemas/wire/plan.ts";
import type { Context } from "../context.ts";
import { signoffRows } from "../signoff/signoff-rows.ts";
import { presentBreaks } from "../store/postgres/breaks-lists.ts";

/** Breaks and sign-offs of a window at one moment. */
export interface Standing {
  breaks: string[];
  signoffs: { entity: string; period: string; title: string; milestone: string; state: string }[];
}

export async function standingNow(
  { postgres }: Pick<Context, "postgres">,
  { entities, periods }: Pick<PlanTouches, "entities" | "periods">,
): Promise<Standing> {
  const standing: Standing = { breaks: [], signoffs: [] };
  for (const period of periods) {
    const found = await postgres.ask(presentBreaks, { period });
    standing.breaks.push(...found.filter(({ entity }) => entities.includes(entity)).map(({ id }) => id));
    const rows = Object.values(await signoffRows(postgres, period, entities));
    standing.signoffs.push(
      ...rows.map(({ entity, title, milestone, state }) => ({ entity, period, title, milestone, state })),
    );
  }
  return standing;
}
