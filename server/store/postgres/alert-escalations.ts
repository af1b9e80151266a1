import * as z from "zod";
import { Role } from "../../../schemas/estate/role.ts";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

const StoredEscalation = z.object({
  incident: z.string(),
  opening: z.int(),
  step: z.string(),
  role: Role,
  rotation: z.string().nullable(),
  receivers: z.array(z.string()),
  because: z.string(),
  dueAt: InstantColumn,
});
export type StoredEscalation = z.infer<typeof StoredEscalation>;

/** Steps that were planned before keep their time. */
export const planEscalations = defineQuestion({
  engine: "postgres",
  name: "escalation.plan",
  params: z.object({
    steps: z.array(StoredEscalation.extend({ dueAt: Instant })).transform((steps) => JSON.stringify(steps)),
  }),
  row: z.never(),
  sql: `INSERT INTO alert_escalations (incident_id, opening, step, role, rotation, receivers, because, due_at)
    SELECT incident, opening, step, role, rotation, receivers, because, "dueAt"
    FROM jsonb_to_recordset($1::jsonb) AS planned (incident text, opening integer, step text, role text, rotation text,
      receivers text[], because text, "dueAt" timestamptz)
    ON CONFLICT DO NOTHING`,
});

/** Nobody need be told any more: somebody took it on, or it is over. */
export const endEscalations = defineQuestion({
  engine: "postgres",
  name: "escalation.end",
  params: z.object({ incident: z.string(), at: Instant }),
  row: z.never(),
  sql: "UPDATE alert_escalations SET ended_at = $2 WHERE incident_id = $1 AND ended_at IS NULL",
});

/** Takes steps that are due, once. */
export const takeDueEscalations = defineQuestion({
  engine: "postgres",
  name: "escalation.take-due",
  params: z.object({ now: Instant, limit: z.int() }),
  row: StoredEscalation,
  sql: `UPDATE alert_escalations SET ended_at = $1 WHERE (incident_id, opening, step) IN (
      SELECT incident_id, opening, step FROM alert_escalations WHERE ended_at IS NULL AND due_at <= $1
      ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING incident_id AS incident, opening, step, role, rotation, receivers, because, due_at AS "dueAt"`,
});
