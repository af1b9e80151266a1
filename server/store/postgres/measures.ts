import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn } from "./columns.ts";

/** What people did by hand to get figures through, by day and act; keeping accounts and keys is not counted. */
export const touchTally = defineQuestion({
  engine: "postgres",
  name: "measure.touches",
  params: z.object({ since: Instant, until: Instant }),
  row: z.object({ day: z.string(), act: z.string(), touches: BigintColumn }),
  sql: `SELECT left(at, 10) AS day, action AS act, count(*) AS touches FROM audit_entries
    WHERE at >= $1 AND at < $2 AND body -> 'actor' ->> 'kind' = 'person'
      AND split_part(action, '.', 1) NOT IN ('person', 'key', 'session', 'estate')
    GROUP BY 1, 2 ORDER BY 1, 2`,
});
