import * as z from "zod";
import { Role } from "../../../schemas/estate/role.ts";
import { Instant } from "../../../schemas/instant.ts";
import { AlertRow } from "../../../schemas/wire/alert.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";
import { INCIDENT_COLUMNS, StoredIncident } from "./incidents.ts";

/** A message as kept. */
export const StoredAlert = z.object({
  id: z.string(),
  incident: z.string(),
  opening: z.int(),
  occasion: AlertRow.shape.occasion,
  step: z.string(),
  role: Role,
  route: z.string(),
  receiver: z.string(),
  recipient: z.string(),
  recipientName: z.string(),
  because: z.string(),
  digest: z.array(z.string()).nullable(),
  hours: z.string().nullable(),
  state: z.enum(["waiting", "sent", "joined", "dropped"]),
  stage: z.string().nullable(),
  stageBecause: z.string().nullable(),
  madeAt: InstantColumn,
  dueAt: InstantColumn,
  sentAt: InstantColumn.nullable(),
  retryAt: InstantColumn.nullable(),
  attempts: z.int(),
  unsure: z.boolean(),
  trouble: z.string().nullable(),
  handle: z.record(z.string(), z.string()).nullable(),
  carrier: z.string().nullable(),
  wanted: BigintColumn,
  shown: BigintColumn,
  sha256: z.string().nullable(),
  readAt: InstantColumn.nullable(),
});
export type StoredAlert = z.infer<typeof StoredAlert>;

const NAMES = `id, incident_id AS incident, opening, occasion, step, role, route, receiver, recipient,
  recipient_name AS "recipientName", because, digest, hours, state, stage, stage_because AS "stageBecause",
  made_at AS "madeAt", due_at AS "dueAt", sent_at AS "sentAt", retry_at AS "retryAt", attempts, unsure, trouble, handle,
  carrier, wanted, shown, sha256, read_at AS "readAt"`;

/** A list of rows handed over as one JSON text. */
const Rows = <T extends z.ZodType>(row: T) => z.array(row).transform((rows) => JSON.stringify(rows));

/** Up to where changes have been told of; held until the transaction ends, so that one process at a time tells. */
export const lockAlertCursor = defineQuestion({
  engine: "postgres",
  name: "alert.lock-cursor",
  params: z.object({}),
  row: z.object({ sequence: BigintColumn }),
  sql: "SELECT sequence FROM alert_cursor WHERE name = 'incidents' FOR UPDATE",
});

export const moveAlertCursor = defineQuestion({
  engine: "postgres",
  name: "alert.move-cursor",
  params: z.object({ sequence: z.int() }),
  row: z.never(),
  sql: "UPDATE alert_cursor SET sequence = $1 WHERE name = 'incidents'",
});

/** Whether something happened that nobody was told of, or something is due. Cheap enough to be asked several times a second. */
export const alertWork = defineQuestion({
  engine: "postgres",
  name: "alert.work",
  params: z.object({ now: Instant, realNow: Instant }),
  row: z.object({ changes: z.boolean(), due: z.boolean() }),
  sql: `SELECT coalesce((SELECT max(sequence) FROM incident_changes), 0) >
      (SELECT sequence FROM alert_cursor WHERE name = 'incidents') AS changes,
    EXISTS (SELECT 1 FROM alerts WHERE state = 'waiting' AND due_at <= $1 AND coalesce(retry_at, $2) <= $2
        AND coalesce(held_until, $2) <= $2)
      OR EXISTS (SELECT 1 FROM alerts WHERE state = 'sent' AND wanted > shown AND coalesce(retry_at, $2) <= $2
        AND coalesce(held_until, $2) <= $2)
      OR EXISTS (SELECT 1 FROM alert_escalations WHERE ended_at IS NULL AND due_at <= $1) AS due`,
});

export const incidentsByIds = defineQuestion({
  engine: "postgres",
  name: "alert.incidents",
  params: z.object({ ids: z.array(z.string()) }),
  row: StoredIncident,
  sql: `SELECT ${INCIDENT_COLUMNS} FROM incidents WHERE id = ANY($1)`,
});

const NewAlert = StoredAlert.pick({
  ...{ id: true, incident: true, opening: true, occasion: true, step: true, role: true, route: true, receiver: true },
  ...{ recipient: true, recipientName: true, because: true, digest: true, hours: true },
}).extend({ madeAt: Instant, wanted: z.int() });
export type NewAlert = z.infer<typeof NewAlert>;

/** Those that were there before stay as they are; answers how many are new. */
export const insertAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.insert",
  params: z.object({ alerts: Rows(NewAlert) }),
  row: z.object({ id: z.string() }),
  sql: `INSERT INTO alerts (id, incident_id, opening, occasion, step, role, route, receiver, recipient, recipient_name,
      because, digest, hours, state, made_at, due_at, wanted)
    SELECT id, incident, opening, occasion, step, role, route, receiver, recipient, "recipientName", because, digest, hours,
      'waiting', "madeAt", "madeAt", wanted
    FROM jsonb_to_recordset($1::jsonb) AS made (id text, incident text, opening integer, occasion text, step text,
      role text, route text, receiver text, recipient text, "recipientName" text, because text, digest text[], hours text,
      "madeAt" timestamptz, wanted bigint)
    ON CONFLICT DO NOTHING RETURNING id`,
});

/** An incident changed: what waits is looked at again, what was sent through receivers that follow is brought up to date. */
export const followIncident = defineQuestion({
  engine: "postgres",
  name: "alert.follow",
  params: z.object({ incident: z.string(), sequence: z.int(), receivers: z.array(z.string()), now: Instant }),
  row: z.never(),
  sql: `UPDATE alerts SET due_at = CASE WHEN state = 'waiting' THEN least(due_at, $4) ELSE due_at END,
      wanted = CASE WHEN state = 'sent' AND receiver = ANY($3) AND digest IS NULL THEN $2 ELSE wanted END
    WHERE incident_id = $1 AND state IN ('waiting', 'sent')`,
});

/** Takes what is due for one process alone, oldest first. Real time decides about holding, the judged clock about being due. */
export const claimDueAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.claim-due",
  params: z.object({ now: Instant, realNow: Instant, heldUntil: Instant, limit: z.int() }),
  row: StoredAlert,
  sql: `WITH claimed AS (
      UPDATE alerts SET held_until = $3 WHERE id IN (
        SELECT id FROM alerts WHERE state = 'waiting' AND due_at <= $1 AND coalesce(retry_at, $2) <= $2
          AND coalesce(held_until, $2) <= $2
        ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED)
      RETURNING *)
    SELECT ${NAMES} FROM claimed ORDER BY id`,
});

/** Takes messages that show less than is known by now. */
export const claimStaleAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.claim-stale",
  params: z.object({ realNow: Instant, heldUntil: Instant, limit: z.int() }),
  row: StoredAlert,
  sql: `WITH claimed AS (
      UPDATE alerts SET held_until = $2 WHERE id IN (
        SELECT id FROM alerts WHERE state = 'sent' AND wanted > shown AND coalesce(retry_at, $1) <= $1
          AND coalesce(held_until, $1) <= $1
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
      RETURNING *)
    SELECT ${NAMES} FROM claimed ORDER BY id`,
});

/** What reached somebody about these incidents so far. */
export const sentAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.sent",
  params: z.object({ incidents: z.array(z.string()) }),
  row: StoredAlert,
  sql: `SELECT ${NAMES} FROM alerts WHERE incident_id = ANY($1) AND state IN ('sent', 'joined') ORDER BY id`,
});

/** How much each receiver was handed since an instant of real time. */
export const handedSince = defineQuestion({
  engine: "postgres",
  name: "alert.handed-since",
  params: z.object({ since: Instant }),
  row: z.object({ receiver: z.string(), count: BigintColumn, oldestAt: InstantColumn }),
  sql: `SELECT receiver, count(*) AS count, min(handed_at) AS "oldestAt" FROM alerts
    WHERE handed_at >= $1 AND state = 'sent' GROUP BY receiver`,
});

const Held = z.object({
  id: z.string(),
  state: z.enum(["waiting", "dropped"]),
  stage: z.string(),
  because: z.string(),
  dueAt: Instant.nullable(),
  retryAt: Instant.nullable(),
});
export type HeldAlert = z.infer<typeof Held>;

/** What the stages said of letters that are not sent now. */
export const holdAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.hold",
  params: z.object({ alerts: Rows(Held) }),
  row: z.never(),
  sql: `UPDATE alerts SET state = said.state, stage = said.stage, stage_because = said.because, held_until = NULL,
      due_at = coalesce(said."dueAt", due_at), retry_at = coalesce(said."retryAt", retry_at)
    FROM jsonb_to_recordset($1::jsonb) AS said (id text, state text, stage text, because text, "dueAt" timestamptz,
      "retryAt" timestamptz)
    WHERE alerts.id = said.id`,
});

/** A try begins; if nothing is heard of it again, it is not known whether it arrived. */
export const beginAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.begin",
  params: z.object({ ids: z.array(z.string()), heldUntil: Instant }),
  row: z.never(),
  sql: "UPDATE alerts SET attempts = attempts + 1, unsure = true, held_until = $2 WHERE id = ANY($1)",
});

/** Handed over: the first carries the message, the others are told of in it. */
export const finishAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.finish",
  params: z.object({
    ids: z.array(z.string()),
    carrier: z.string(),
    at: Instant,
    realNow: Instant,
    handle: z
      .record(z.string(), z.string())
      .nullable()
      .transform((handle) => handle && JSON.stringify(handle)),
    shown: z.int(),
    sha256: z.string(),
  }),
  row: z.never(),
  sql: `UPDATE alerts SET state = CASE WHEN id = $2 THEN 'sent' ELSE 'joined' END,
      carrier = CASE WHEN id = $2 THEN NULL ELSE $2 END, sent_at = coalesce(sent_at, $3), handed_at = $4, unsure = false,
      handle = coalesce($5::jsonb, handle), shown = $6, wanted = greatest(wanted, $6), sha256 = $7, held_until = NULL,
      retry_at = NULL, trouble = NULL, stage = NULL, stage_because = NULL
    WHERE id = ANY($1)`,
});

/** Could not be handed over; it is tried again from then on. */
export const failAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.fail",
  params: z.object({ ids: z.array(z.string()), retryAt: Instant, trouble: z.string(), unsure: z.boolean() }),
  row: z.never(),
  sql: `UPDATE alerts SET retry_at = $2, trouble = $3, unsure = $4, held_until = NULL, stage = 'retry',
      stage_because = $3 WHERE id = ANY($1)`,
});

/** Lets go of what was taken and not begun. */
export const releaseAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.release",
  params: z.object({ ids: z.array(z.string()) }),
  row: z.never(),
  sql: "UPDATE alerts SET held_until = NULL WHERE id = ANY($1)",
});

/** Those a process took that is no more; what it had begun to hand over stays unsure. */
export const releaseHeldAlerts = defineQuestion({
  engine: "postgres",
  name: "alert.release-held",
  params: z.object({}),
  row: z.never(),
  sql: "UPDATE alerts SET held_until = NULL WHERE held_until IS NOT NULL",
});

/** Messages nobody can bring up to date any more stay as they are. */
export const leaveStale = defineQuestion({
  engine: "postgres",
  name: "alert.leave-stale",
  params: z.object({ ids: z.array(z.string()) }),
  row: z.never(),
  sql: "UPDATE alerts SET shown = wanted, held_until = NULL WHERE id = ANY($1)",
});

export const insertAttempt = defineQuestion({
  engine: "postgres",
  name: "alert.attempt",
  params: z.object({
    id: z.string(),
    alert: z.string(),
    act: z.enum(["send", "update"]),
    at: Instant,
    realNow: Instant,
    outcome: z.enum(["handed over", "failed"]),
    detail: z.string(),
    sha256: z.string(),
    milliseconds: z.int(),
  }),
  row: z.never(),
  sql: `INSERT INTO alert_attempts (id, alert_id, act, at, recorded_at, outcome, detail, sha256, milliseconds)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
});

/** Everything that was sent or is to be sent about one incident, oldest first. */
export const alertsOfIncident = defineQuestion({
  engine: "postgres",
  name: "alert.of-incident",
  params: z.object({ incident: z.string() }),
  row: StoredAlert,
  sql: `SELECT ${NAMES} FROM alerts WHERE incident_id = $1 ORDER BY id LIMIT 500`,
});
