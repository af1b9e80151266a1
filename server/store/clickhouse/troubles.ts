import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";
import { ITEMS } from "./quarantine.ts";

/** What waits in quarantine, by sender and reason, most first. */
export const waitingInput = defineQuestion({
  engine: "clickhouse",
  name: "trouble.waiting-input",
  params: z.object({ limit: z.int() }),
  row: z.object({ source: z.string(), reason: z.string(), items: CountColumn, sinceAt: z.string() }),
  sql: `SELECT source, reason, count() AS items, toString(min(receivedAt)) AS sinceAt FROM (${ITEMS})
    WHERE state = 'open' GROUP BY source, reason ORDER BY items DESC, source, reason LIMIT {limit:UInt64}`,
});

/** Jobs whose run heard of last, since an instant, failed. */
export const failedJobs = defineQuestion({
  engine: "clickhouse",
  name: "trouble.failed-jobs",
  params: z.object({ since: Instant, limit: z.int() }),
  row: z.object({
    jobNamespace: z.string(),
    jobName: z.string(),
    runId: z.string(),
    state: z.string(),
    error: z.string(),
    endedAt: z.string(),
  }),
  sql: `SELECT jobNamespace, jobName, argMax(run, at) AS runId, argMax(ended, at) AS state,
      argMax(said, at) AS error, toString(max(at)) AS endedAt
    FROM (
      SELECT job_namespace AS jobNamespace, job_name AS jobName, run_id AS run, max(runs.state).value AS ended,
        max(runs.error).value AS said, max(last_event_at) AS at
      FROM runs WHERE last_event_at >= parseDateTime64BestEffort({since:String}, 3)
      GROUP BY job_namespace, job_name, run_id)
    WHERE ended IN ('COMPLETE', 'FAIL', 'ABORT')
    GROUP BY jobNamespace, jobName HAVING state = 'FAIL'
    ORDER BY endedAt DESC, jobNamespace, jobName LIMIT {limit:UInt64}`,
});
