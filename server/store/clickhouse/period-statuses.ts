import * as z from "zod";
import { PeriodStatus } from "../../../schemas/event/facets.ts";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";

/** Statements on periods made since an instant, once each, with everything that was said of those periods before. */
export const periodStatusesSince = defineQuestion({
  engine: "clickhouse",
  name: "period-status.since",
  params: z.object({ since: Instant }),
  row: z.object({
    entity: z.string(),
    period: z.string(),
    namespace: z.string(),
    name: z.string(),
    ledger: z.string(),
    subledger: z.string(),
    at: z.string(),
    eventId: z.string(),
    status: PeriodStatus,
    native: z.string(),
  }),
  sql: `SELECT entity, period, namespace, name, ledger, subledger, event_time AS at, event_id AS eventId,
      any(period_statuses.status) AS status, any(period_statuses.native) AS native
    FROM period_statuses
    WHERE (entity, period) IN (
      SELECT entity, period FROM period_statuses WHERE event_time >= parseDateTime64BestEffort({since:String}, 3)
    )
    GROUP BY entity, period, namespace, name, ledger, subledger, event_time, event_id`,
});
