import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { MatrixState } from "../../../schemas/wire/reconcile-matrix.ts";
import { defineQuestion } from "../question.ts";

/** What each rule's check said last of each entity in a period, by an instant. */
export const checksBy = defineQuestion({
  engine: "clickhouse",
  name: "check-result.said-by",
  params: z.object({ period: z.string(), by: z.string() }),
  row: z.object({
    id: z.string(),
    rule: z.string(),
    entity: z.string(),
    state: MatrixState,
    firstOff: z.string(),
    checkedAt: Instant,
  }),
  sql: `SELECT rule, entity, said.2 AS id, said.3 AS state, said.4 AS firstOff, said.1 AS checkedAt FROM (
      SELECT rule, entity, max((checked_at, id, state, first_off)) AS said FROM check_results
      WHERE period = {period:String} AND checked_at <= parseDateTime64BestEffort({by:String}, 3)
      GROUP BY rule, entity
    ) ORDER BY rule, entity LIMIT 20000`,
});
