import type { CollectorRow } from "../../schemas/wire/live.ts";
import { openPeriods } from "../breaks/due-checks.ts";
import { blindSystems } from "../checks/blind-systems.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Context } from "../context.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { closeExceptions } from "./exceptions/close-exceptions.ts";
import type { OpenException } from "./open-exception.ts";
import type { SlowTroubles } from "./slow-troubles.ts";

export interface Looking {
  ctx: Pick<Context, "estate" | "facts" | "clock" | "postgres">;
  collectors(): CollectorRow[];
  /** Shared with the boards, so that nothing is judged twice. */
  memo: BoardMemo;
  slow: SlowTroubles;
}

export interface Looked {
  now: string;
  exceptions: OpenException[];
  /** Systems nobody can read now. */
  blind: ReadonlySet<string>;
}

/** Everything that is wrong now, in the close being made and the one before it. */
export async function lookForExceptions({ ctx, collectors, memo, slow }: Looking): Promise<Looked> {
  const { estate, facts, clock, postgres } = ctx;
  const calendars = calendarsOf(estate);
  const now = clock.now();
  const rows = collectors();
  const known = new Set(facts.periods());
  const [, inView = ""] = openPeriods(ctx);
  const periods = openPeriods(ctx).filter((period) => period === inView || known.has(period));
  const exceptions: OpenException[] = [];
  for (const period of periods) {
    const decisions = await decisionsOf(postgres, period);
    const found = closeExceptions({ estate, calendars, facts, now, period, collectors: rows, decisions, memo });
    exceptions.push(...found.own, ...(period === inView ? found.systems : []));
  }
  exceptions.push(...(await slow.now(periods)));
  return { now: now.toISOString(), exceptions, blind: new Set(blindSystems(estate, rows).keys()) };
}
