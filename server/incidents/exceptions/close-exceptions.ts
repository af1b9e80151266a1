import { blindSystems } from "../../checks/blind-systems.ts";
import { momentOf } from "../../checks/moment.ts";
import { judgeEntities } from "../../close/board.ts";
import type { BoardInput } from "../../close/board-input.ts";
import { holdsOf } from "../../close/holds.ts";
import type { OpenException } from "../open-exception.ts";
import { deadlineExceptions } from "./deadline-exceptions.ts";
import { collectorExceptions, flowExceptions, signoffExceptions, type JudgedPeriod } from "./flow-exceptions.ts";
import { runExceptions } from "./run-exceptions.ts";

/** Everything that is wrong with one period's close, as the board judges it, and the systems that cannot be read. */
export function closeExceptions(input: Omit<BoardInput, "entities">): {
  own: OpenException[];
  systems: OpenException[];
} {
  const { estate, collectors, calendars, now } = input;
  const period = calendars.period(input.period)!;
  const judgements = judgeEntities({ ...input, entities: "all" }, period);
  const holds = holdsOf(estate, judgements, collectors, momentOf(now));
  const judged: JudgedPeriod = { period: period.period, judgements, holds };
  return {
    own: [
      ...flowExceptions(estate, judged),
      ...signoffExceptions(estate, judged),
      ...runExceptions(estate, judged),
      ...deadlineExceptions(estate, judged),
    ],
    systems: collectorExceptions(estate, judged, blindSystems(estate, collectors)),
  };
}
