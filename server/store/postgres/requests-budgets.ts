import * as z from "zod";
import { defineQuestion } from "../question.ts";

/** Takes calls from a system's budget, refilled since it was last asked; answers how many may be made now. */
export const takeBudget = defineQuestion({
  engine: "postgres",
  name: "system-budget.take",
  params: z.object({ system: z.string(), perMinute: z.number(), most: z.number(), wanted: z.int() }),
  row: z.object({ taken: z.coerce.number() }),
  sql: `WITH before AS (
      INSERT INTO system_budgets AS b (system, tokens, refilled_at) VALUES ($1, $3::float8, clock_timestamp())
      ON CONFLICT (system) DO UPDATE SET
        tokens = least($3::float8, b.tokens + extract(epoch FROM clock_timestamp() - b.refilled_at) * $2::float8 / 60),
        refilled_at = clock_timestamp()
      RETURNING system, tokens)
    SELECT least(floor(tokens), $4::int)::int AS taken FROM before`,
});

export const spendBudget = defineQuestion({
  engine: "postgres",
  name: "system-budget.spend",
  params: z.object({ system: z.string(), calls: z.int() }),
  row: z.never(),
  sql: "UPDATE system_budgets SET tokens = tokens - $2::int WHERE system = $1",
});

/** How hard each system is being driven. */
export const systemLoads = defineQuestion({
  engine: "postgres",
  name: "system-budget.loads",
  params: z.object({}),
  row: z.object({
    system: z.string(),
    tokens: z.number().nullable(),
    refilledSeconds: z.coerce.number().nullable(),
    underWay: z.int(),
    waiting: z.int(),
  }),
  sql: `SELECT system, max(tokens) AS tokens, max(age) AS "refilledSeconds", sum(moving)::int AS "underWay",
      sum(waiting)::int AS waiting
    FROM (SELECT system, tokens, extract(epoch FROM clock_timestamp() - refilled_at)::float8 AS age, 0 AS moving, 0 AS waiting
        FROM system_budgets
      UNION ALL
      SELECT s.system, NULL, NULL, (s.state <> 'waiting' AND s.kind <> 'follow')::int, (s.state = 'waiting')::int
        FROM request_steps s JOIN requests r ON r.id = s.request_id
        WHERE s.system IS NOT NULL AND s.state IN ('waiting', 'claimed', 'dispatched', 'running')
          AND r.state IN ('requested', 'dispatched', 'running')) each
    GROUP BY system`,
});
