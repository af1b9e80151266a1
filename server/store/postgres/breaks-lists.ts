import * as z from "zod";
import { BreakState } from "../../../schemas/wire/break.ts";
import { defineQuestion } from "../question.ts";
import { BREAK_COLUMNS, StoredBreak } from "./breaks.ts";

/**
 * Breaks of a period and, while they are not settled, of those before it; material and large ones first. `entities`
 * null is all; `states` null is every state.
 */
export const breakPage = defineQuestion({
  engine: "postgres",
  name: "break.page",
  params: z.object({
    period: z.string().nullable(),
    entities: z.array(z.string()).nullable(),
    rule: z.string().nullable(),
    states: z.array(BreakState).nullable(),
    assignee: z.string().nullable(),
    limit: z.int(),
    /** Those somebody's sight is limited to. */
    periods: z.array(z.string()).nullable(),
  }),
  row: StoredBreak,
  sql: `SELECT ${BREAK_COLUMNS} FROM breaks
    WHERE ($1::text IS NULL OR period = $1
        OR (period < $1 AND present AND state IN ('open', 'assigned', 'explained', 'reviewed')))
      AND ($2::text[] IS NULL OR entity = ANY($2))
      AND ($3::text IS NULL OR rule = $3)
      AND ($4::text[] IS NULL OR state = ANY($4))
      AND ($5::text IS NULL OR assignee ->> 'id' = $5)
      AND ($7::text[] IS NULL OR period = ANY($7))
    ORDER BY material DESC, abs(amount::numeric) DESC, id LIMIT $6`,
});

/** Everything not settled, and the `settled` breaks that changed last. */
export const liveBreaks = defineQuestion({
  engine: "postgres",
  name: "break.live",
  params: z.object({
    entities: z.array(z.string()).nullable(),
    settled: z.int(),
    periods: z.array(z.string()).nullable(),
  }),
  row: StoredBreak,
  sql: `(SELECT ${BREAK_COLUMNS} FROM breaks
      WHERE state IN ('open', 'assigned', 'explained', 'reviewed') AND ($1::text[] IS NULL OR entity = ANY($1))
        AND ($3::text[] IS NULL OR period = ANY($3)))
    UNION ALL
    (SELECT ${BREAK_COLUMNS} FROM breaks
      WHERE state NOT IN ('open', 'assigned', 'explained', 'reviewed') AND ($1::text[] IS NULL OR entity = ANY($1))
        AND ($3::text[] IS NULL OR period = ANY($3))
      ORDER BY changed_at DESC LIMIT $2)`,
});

/** Every break a check of the period still finds. */
export const presentBreaks = defineQuestion({
  engine: "postgres",
  name: "break.present",
  params: z.object({ period: z.string() }),
  row: StoredBreak,
  sql: `SELECT ${BREAK_COLUMNS} FROM breaks WHERE period = $1 AND present ORDER BY id`,
});

/** Every check that has breaks which were there when it was last looked at. */
export const presentKeys = defineQuestion({
  engine: "postgres",
  name: "break.present-keys",
  params: z.object({}),
  row: z.object({ rule: z.string(), entity: z.string(), period: z.string() }),
  sql: "SELECT DISTINCT rule, entity, period FROM breaks WHERE present",
});

/** Breaks of earlier periods that are there still and that nobody has settled. */
export const openBreaksBefore = defineQuestion({
  engine: "postgres",
  name: "break.open-before",
  params: z.object({ period: z.string() }),
  row: StoredBreak,
  sql: `SELECT ${BREAK_COLUMNS} FROM breaks
    WHERE period < $1 AND present AND material AND state IN ('open', 'assigned', 'explained') ORDER BY id LIMIT 5000`,
});
