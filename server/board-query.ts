import type { CollectorRow } from "../schemas/wire/live.ts";
import type { Judging } from "./checks/flow-view.ts";
import { calendarsOf } from "./close/calendars.ts";
import type { Actor, Context } from "./context.ts";
import { Fault } from "./fault.ts";
import { inScope } from "./people/in-scope.ts";
import type { Permit } from "./people/permit.ts";

/** What doors to computed answers are built from. */
export interface BoardDeps {
  ctx: Pick<Context, "estate" | "facts" | "clock" | "clickhouse" | "postgres" | "drivers">;
  permit: Permit;
  /** Collectors as they are now; a system that cannot be read makes its data unknown. */
  collectors(): CollectorRow[];
}

/**
 * What a period is judged from, now. Without a key the period the group's date falls into is meant.
 * @throws {Fault} `not-found` for a period the estate's scheme does not have
 */
export function judgingOf(
  { ctx }: Pick<BoardDeps, "ctx">,
  key: string | undefined,
): Judging & { now: Date; period: string } {
  const { estate, facts, clock } = ctx;
  const calendars = calendarsOf(estate);
  const now = clock.now();
  const period = key ? calendars.period(key) : calendars.periodAt(now);
  if (!period) throw new Fault("not-found", `${estate.estate.title} has no period ${key}.`, { period: key });
  return { estate, calendars, facts, now, period: period.period };
}

/**
 * An entity an actor asks for.
 * @throws {Fault} `not-found` alike for one that does not exist and one they may not see
 */
export function entityInScope({ ctx }: Pick<BoardDeps, "ctx">, actor: Actor, entity: string): string {
  const known = ctx.estate.entities.some(({ id }) => id === entity);
  if (!known || !inScope(actor, entity)) throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
  return entity;
}
