import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** Requests that failed since an instant and that no later one of the same load followed. */
export const failedRequests = defineQuestion({
  engine: "postgres",
  name: "request.failed",
  params: z.object({ since: Instant, limit: z.int() }),
  row: z.object({
    id: z.string(),
    title: z.string(),
    flow: z.string().nullable(),
    entity: z.string().nullable(),
    period: z.string().nullable(),
    dataset: z.string().nullable(),
    state: z.string(),
    runId: z.string().nullable(),
    correlationId: z.string().nullable(),
    outcome: z.string().nullable(),
    changedAt: InstantColumn,
  }),
  sql: `SELECT id, title, flow, entity, period, dataset, state, run_id AS "runId", correlation_id AS "correlationId",
      outcome, changed_at AS "changedAt"
    FROM (
      SELECT DISTINCT ON (flow, entity, period, dataset, CASE WHEN dataset IS NULL THEN id END) *
      FROM requests WHERE changed_at >= $1
      ORDER BY flow, entity, period, dataset, CASE WHEN dataset IS NULL THEN id END, id DESC
    ) AS latest
    WHERE state IN ('failed', 'refused') ORDER BY id DESC LIMIT $2`,
});

/** Requests carried out without the agreement they needed since an instant. */
export const brokenGlassRequests = defineQuestion({
  engine: "postgres",
  name: "request.broken-glass",
  params: z.object({ since: Instant }),
  row: z.object({
    id: z.string(),
    title: z.string(),
    requestedBy: z.string(),
    reason: z.string(),
    approvedAt: InstantColumn,
  }),
  sql: `SELECT id, title, requested_by AS "requestedBy", reason, approved_at AS "approvedAt"
    FROM requests WHERE broken_glass AND approved_at >= $1 ORDER BY approved_at, id`,
});
