import type { EntityReadiness } from "../../schemas/wire/readiness.ts";
import type { Judging } from "../checks/flow-view.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { entityReadiness } from "../close/readiness.ts";
import { signoffPage } from "../store/postgres/signoffs.ts";
import { waiverPage } from "../store/postgres/waivers.ts";
import { decisionsOf } from "./decisions.ts";
import type { Closing } from "./look-at.ts";
import { signoffRow } from "./signoff-rows.ts";
import { waiverRow } from "./waiver-rows.ts";

/** Rounds and waivers of an entity shown on its page. */
const SHOWN = 50;

/** An entity's page in one period, with what people decided there. */
export async function readinessOf(
  { ctx, collectors }: Closing,
  judging: Judging & { now: Date; period: string; memo?: BoardMemo },
  entity: string,
): Promise<EntityReadiness> {
  const { period } = judging;
  const page = { before: null, limit: SHOWN, entities: [entity], period, state: null };
  const [decisions, signoffs, waivers] = await Promise.all([
    decisionsOf(ctx.postgres, period),
    ctx.postgres.ask(signoffPage, { ...page, entity: null }),
    ctx.postgres.ask(waiverPage, page),
  ]);
  return entityReadiness({
    ...judging,
    ...{ entity, entities: [entity], decisions, collectors: collectors() },
    signoffs: signoffs.map(signoffRow),
    waivers: waivers.map(waiverRow),
  });
}
