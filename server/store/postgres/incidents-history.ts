import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { IncidentChange, IncidentException } from "../../../schemas/wire/incident.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

const StoredChange = z
  .object({
    ...IncidentChange.omit({ by: true }).shape,
    sequence: BigintColumn,
    at: InstantColumn,
    byId: z.string(),
    byName: z.string(),
    /** What else is worth knowing of it: `assignee`, `until`, `milestone`, `into`, `from` severity. */
    detail: z.record(z.string(), z.unknown()),
  })
  .transform(({ byId, byName, ...rest }) => ({ ...rest, by: { id: byId, name: byName } }));
export type StoredChange = z.infer<typeof StoredChange>;

const CHANGE = `sequence, incident_id AS incident, change, at, by_id AS "byId", by_name AS "byName", severity, text, detail`;

/** Tells of a change, and marks its incident with the change's number. */
export const tellChange = defineQuestion({
  engine: "postgres",
  name: "incident.tell",
  params: z.object({
    ...IncidentChange.pick({ incident: true, change: true }).shape,
    at: Instant,
    byId: z.string(),
    byName: z.string(),
    ...IncidentChange.pick({ severity: true, text: true }).shape,
    detail: z.record(z.string(), z.unknown()).transform((detail) => JSON.stringify(detail)),
  }),
  row: z.object({ sequence: BigintColumn }),
  sql: `WITH told AS (
      INSERT INTO incident_changes (incident_id, change, at, by_id, by_name, severity, text, detail)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb) RETURNING sequence)
    UPDATE incidents SET sequence = told.sequence FROM told WHERE incidents.id = $1 RETURNING incidents.sequence`,
});

/** The outbox: what has changed since, oldest first. */
export const changesAfter = defineQuestion({
  engine: "postgres",
  name: "incident.changes-after",
  params: z.object({ sequence: z.int(), limit: z.int() }),
  row: StoredChange,
  sql: `SELECT ${CHANGE} FROM incident_changes WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
});

export const changesOfIncident = defineQuestion({
  engine: "postgres",
  name: "incident.changes",
  params: z.object({ incident: z.string() }),
  row: StoredChange,
  sql: `SELECT ${CHANGE} FROM incident_changes WHERE incident_id = $1 ORDER BY sequence`,
});

const EXCEPTION_FIELDS = `key text, part text, code text, class text, severity text, title text, system text,
  dataset text, flow text, entity text, period text, job text, "runId" text, "correlationId" text, detail text,
  amount text, currency text, "sinceAt" timestamptz`;

/** Writes what is there of an incident now, as JSON; what stands and is not in it has ended. */
export const writeExceptions = defineQuestion({
  engine: "postgres",
  name: "incident.write-exceptions",
  params: z.object({
    incident: z.string(),
    at: Instant,
    exceptions: z.array(IncidentException.omit({ endedAt: true })).transform((list) => JSON.stringify(list)),
  }),
  row: z.never(),
  sql: `WITH found AS (SELECT * FROM jsonb_to_recordset($3::jsonb) AS each(${EXCEPTION_FIELDS})),
    ended AS (
      UPDATE incident_exceptions SET ended_at = $2
      WHERE incident_id = $1 AND ended_at IS NULL AND key NOT IN (SELECT key FROM found))
    INSERT INTO incident_exceptions (incident_id, key, part, code, class, severity, title, system, dataset, flow, entity,
      period, job, run_id, correlation_id, detail, amount, currency, since_at)
    SELECT $1, key, part, code, class, severity, title, system, dataset, flow, entity, period, job, "runId",
      "correlationId", detail, amount, currency, "sinceAt" FROM found
    ON CONFLICT (incident_id, key) DO UPDATE SET part = excluded.part, severity = excluded.severity,
      title = excluded.title, run_id = excluded.run_id, correlation_id = excluded.correlation_id,
      detail = excluded.detail, amount = excluded.amount, since_at = excluded.since_at, ended_at = NULL`,
});

/** Those of the cause first, those there now before those that ended. */
export const exceptionsOfIncident = defineQuestion({
  engine: "postgres",
  name: "incident.exceptions",
  params: z.object({ incident: z.string(), limit: z.int() }),
  row: IncidentException.extend({ sinceAt: InstantColumn, endedAt: InstantColumn.nullable() }),
  sql: `SELECT key, part, code, class, severity, title, system, dataset, flow, entity, period, job, run_id AS "runId",
      correlation_id AS "correlationId", detail, amount, currency, since_at AS "sinceAt", ended_at AS "endedAt"
    FROM incident_exceptions WHERE incident_id = $1
    ORDER BY (ended_at IS NOT NULL), part, severity, since_at, key LIMIT $2`,
});

export const markStep = defineQuestion({
  engine: "postgres",
  name: "incident.mark-step",
  params: z.object({
    incident: z.string(),
    step: z.int(),
    done: z.boolean(),
    byId: z.string(),
    byName: z.string(),
    at: Instant,
  }),
  row: z.never(),
  sql: `INSERT INTO incident_steps (incident_id, step, done, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (incident_id, step) DO UPDATE SET done = $3, by_id = $4, by_name = $5, at = $6`,
});

export const stepsOfIncident = defineQuestion({
  engine: "postgres",
  name: "incident.steps",
  params: z.object({ incident: z.string() }),
  row: z
    .object({ step: z.int(), done: z.boolean(), byId: z.string(), byName: z.string(), at: InstantColumn })
    .transform(({ byId, byName, ...rest }) => ({ ...rest, by: { id: byId, name: byName } })),
  sql: `SELECT step, done, by_id AS "byId", by_name AS "byName", at FROM incident_steps WHERE incident_id = $1
    ORDER BY step`,
});

/** Remarks people made on these, oldest first. */
export const notesOfIncidents = defineQuestion({
  engine: "postgres",
  name: "incident.notes",
  params: z.object({ incidents: z.array(z.string()) }),
  row: StoredChange,
  sql: `SELECT ${CHANGE} FROM incident_changes WHERE incident_id = ANY($1::text[]) AND change = 'noted' ORDER BY sequence`,
});

const FOUND = [
  "code",
  "class",
  "owner_role",
  "words",
  "cause",
  "entities",
  "periods",
  "flows",
  "since_at",
  "amount",
  "currency",
];
const found = (table: string) => FOUND.map((column) => `${table}.${column}`).join(", ");

/** Keeps what was found of incidents at an instant, where it is otherwise than what was kept last. */
export const keepVersions = defineQuestion({
  engine: "postgres",
  name: "incident.keep-versions",
  params: z.object({ incidents: z.array(z.string()), at: Instant }),
  row: z.never(),
  sql: `INSERT INTO incident_versions (incident_id, at, ${FOUND.join(", ")})
    SELECT i.id, $2, ${found("i")} FROM incidents AS i
    LEFT JOIN LATERAL (SELECT * FROM incident_versions WHERE incident_id = i.id ORDER BY sequence DESC LIMIT 1) AS v ON true
    WHERE i.id = ANY ($1) AND (v.incident_id IS NULL OR (${found("v")}) IS DISTINCT FROM (${found("i")}))
    ORDER BY i.number`,
});
