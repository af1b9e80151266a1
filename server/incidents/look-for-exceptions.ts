import type { CollectorRow } from "../../schemas/wire/live.ts";
import { openPeriods } from "../breaks/due-checks.ts";
import { blindSystems } from "../checks/blind-systems.ts";
import { momentOf } from "../checks/moment.ts";
import { judgeEntities } from "../close/board.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { calendarsOf } from "../close/calendars.ts";
import { holdsOf } from "../close/holds.ts";
import type { Context } from "../context.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { deadlineExceptions } from "./exceptions/deadline-exceptions.ts";
import {
  collectorExceptions,
  flowExceptions,
  suspendedExceptions,
  type JudgedPeriod,
} from "./exceptions/flow-exceptions.ts";
import { runExceptions } from "./exceptions/run-exceptions.ts";
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
  const blind = blindSystems(estate, rows);
  const exceptions: OpenException[] = [];
  for (const key of periods) {
    const period = calendars.period(key)!;
    const decisions = await decisionsOf(postgres, key);
    const input = {
      estate,
      calendars,
      facts,
      now,
      period: key,
      collectors: rows,
      decisions,
      entities: "all" as const,
      memo,
    };
    const judgements = judgeEntities(input, period);
    const judged: JudgedPeriod = { period: key, judgements, holds: holdsOf(estate, judgements, rows, momentOf(now)) };
    exceptions.push(...exceptionsOf(estate, judged));
    if (key === inView) exceptions.push(...collectorExceptions(estate, judged, blind));
  }
  exceptions.push(...(await slow.now(periods)));
  return { now: now.toISOString(), exceptions, blind: new Set(blind.keys()) };
}

function exceptionsOf(estate: Context["estate"], judged: JudgedPeriod): OpenException[] {
  return [
    ...flowExceptions(estate, judged),
    ...suspendedExceptions(estate, judged),
    ...runExceptions(estate, judged),
    ...deadlineExceptions(estate, judged),
  ];
}
