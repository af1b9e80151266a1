import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";

const CorrelationRow = z.object({
  correlationId: z.string(),
  how: z.enum(["carried", "linked", "in-data"]),
  jobNamespace: z.string(),
  jobName: z.string(),
  runId: z.string(),
});

const COLUMNS =
  "correlation_id AS correlationId, how, job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId";

/** Which runs belong to which correlation, as far as heard of since an instant; those heard of last, the last of them last. */
export const correlationsSince = defineQuestion({
  engine: "clickhouse",
  name: "correlation.since",
  params: z.object({ since: Instant, limit: z.int() }),
  row: CorrelationRow,
  sql: `SELECT ${COLUMNS} FROM (
      SELECT * FROM correlations
      WHERE last_seen_at >= parseDateTime64BestEffort({since:String}, 3)
      ORDER BY last_seen_at DESC LIMIT {limit:UInt64}
    ) ORDER BY last_seen_at`,
});

/** Runs that share a correlation with one run, itself left out. */
export const relatedRuns = defineQuestion({
  engine: "clickhouse",
  name: "correlation.related",
  params: z.object({ runId: z.string() }),
  row: CorrelationRow,
  sql: `SELECT DISTINCT ${COLUMNS} FROM correlations
    WHERE correlation_id IN (SELECT correlation_id FROM correlations WHERE run_id = {runId:String})
    ORDER BY correlationId, jobNamespace, jobName, runId, how LIMIT 500`,
});
