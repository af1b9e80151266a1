import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { Incident } from "../../../schemas/wire/incident.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/** An incident as kept, with what tells its cause from others. */
export const StoredIncident = Incident.extend({
  causeKey: z.string(),
  number: BigintColumn,
  sequence: BigintColumn,
  sinceAt: InstantColumn,
  dueAt: InstantColumn.nullable(),
  openedAt: InstantColumn,
  changedAt: InstantColumn,
  acknowledgedAt: InstantColumn.nullable(),
  snoozedUntil: InstantColumn.nullable(),
  quietSinceAt: InstantColumn.nullable(),
  resolvedAt: InstantColumn.nullable(),
});
export type StoredIncident = z.infer<typeof StoredIncident>;

export const INCIDENT_COLUMNS = `id, number, cause_key AS "causeKey", code, class, severity, state,
  owner_role AS "ownerRole", words, cause, entities, periods, flows, cause_count AS "causeCount",
  exception_count AS "exceptionCount", amount, currency, impact, holds, since_at AS "sinceAt", due_at AS "dueAt",
  opened_at AS "openedAt", changed_at AS "changedAt", acknowledged_at AS "acknowledgedAt",
  acknowledged_by AS "acknowledgedBy", assignee, snoozed_until AS "snoozedUntil",
  snoozed_milestone AS "snoozedMilestone", quiet_since_at AS "quietSinceAt", resolved_at AS "resolvedAt", resolution,
  reopened, flapping, runbook, post_mortem AS "postMortem", revision, sequence`;

const Json = z.unknown().transform((value) => (value === null || value === undefined ? null : JSON.stringify(value)));

/** What changes in an incident's life, as both what is found and what people do leave it. */
const Written = z.object({
  id: z.string(),
  ...Incident.pick({ code: true, class: true, severity: true, state: true, ownerRole: true }).shape,
  words: Json,
  cause: Json,
  ...Incident.pick({ entities: true, periods: true, flows: true, causeCount: true, exceptionCount: true }).shape,
  ...Incident.pick({ amount: true, currency: true }).shape,
  impact: Json,
  ...Incident.pick({ holds: true, sinceAt: true, dueAt: true, changedAt: true, acknowledgedAt: true }).shape,
  acknowledgedBy: Json,
  assignee: Json,
  ...Incident.pick({ snoozedUntil: true, snoozedMilestone: true, quietSinceAt: true, resolvedAt: true }).shape,
  resolution: Json,
  ...Incident.pick({ reopened: true, flapping: true, runbook: true }).shape,
  postMortem: Json,
});

/** Answers no row where another process has opened an incident of the cause before. */
export const openIncident = defineQuestion({
  engine: "postgres",
  name: "incident.open",
  params: Written.extend({ causeKey: z.string(), openedAt: Instant }),
  row: StoredIncident,
  sql: `INSERT INTO incidents (id, code, class, severity, state, owner_role, words, cause, entities, periods, flows,
      cause_count, exception_count, amount, currency, impact, holds, since_at, due_at, changed_at, acknowledged_at,
      acknowledged_by, assignee, snoozed_until, snoozed_milestone, quiet_since_at, resolved_at, resolution, reopened,
      flapping, runbook, post_mortem, cause_key, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10, $11, $12, $13, $14, $15, $16::jsonb, $17, $18, $19,
      $20, $21, $22::jsonb, $23::jsonb, $24, $25, $26, $27, $28::jsonb, $29, $30, $31, $32::jsonb, $33, $34)
    ON CONFLICT DO NOTHING RETURNING ${INCIDENT_COLUMNS}`,
});

export const writeIncident = defineQuestion({
  engine: "postgres",
  name: "incident.write",
  params: Written,
  row: StoredIncident,
  sql: `UPDATE incidents SET code = $2, class = $3, severity = $4, state = $5, owner_role = $6, words = $7::jsonb,
      cause = $8::jsonb, entities = $9, periods = $10, flows = $11, cause_count = $12, exception_count = $13,
      amount = $14, currency = $15, impact = $16::jsonb, holds = $17, since_at = $18, due_at = $19, changed_at = $20,
      acknowledged_at = $21, acknowledged_by = $22::jsonb, assignee = $23::jsonb, snoozed_until = $24,
      snoozed_milestone = $25, quiet_since_at = $26, resolved_at = $27, resolution = $28::jsonb, reopened = $29,
      flapping = $30, runbook = $31, post_mortem = $32::jsonb, revision = revision + 1
    WHERE id = $1 RETURNING ${INCIDENT_COLUMNS}`,
});

/** Held until the transaction ends, so that changes are numbered in the order they become visible. */
export const lockIncidents = defineQuestion({
  engine: "postgres",
  name: "incident.lock",
  params: z.object({}),
  row: z.unknown(),
  sql: "SELECT pg_advisory_xact_lock(74310050)",
});

/** Everything not resolved, and what was resolved since an instant and may come back. */
export const liveIncidents = defineQuestion({
  engine: "postgres",
  name: "incident.live",
  params: z.object({ resolvedSince: Instant }),
  row: StoredIncident,
  sql: `SELECT ${INCIDENT_COLUMNS} FROM incidents WHERE state <> 'resolved' OR resolved_at >= $1 ORDER BY number`,
});

export const openIncidentRows = defineQuestion({
  engine: "postgres",
  name: "incident.all-open",
  params: z.object({}),
  row: StoredIncident,
  sql: `SELECT ${INCIDENT_COLUMNS} FROM incidents WHERE state <> 'resolved' ORDER BY severity, number`,
});

export const incidentRowById = defineQuestion({
  engine: "postgres",
  name: "incident.by-id",
  params: z.object({ id: z.string() }),
  row: StoredIncident,
  sql: `SELECT ${INCIDENT_COLUMNS} FROM incidents WHERE id = $1`,
});

/** The live topic's: everything open, and those resolved last. */
export const shownIncidents = defineQuestion({
  engine: "postgres",
  name: "incident.shown",
  params: z.object({ resolved: z.int(), sight: z.array(z.string()).nullable() }),
  row: StoredIncident,
  sql: `(SELECT ${INCIDENT_COLUMNS} FROM incidents
      WHERE state <> 'resolved' AND ($2::text[] IS NULL OR (periods <> '{}' AND periods <@ $2)))
    UNION ALL
    (SELECT ${INCIDENT_COLUMNS} FROM incidents
      WHERE state = 'resolved' AND ($2::text[] IS NULL OR (periods <> '{}' AND periods <@ $2))
      ORDER BY resolved_at DESC LIMIT $1)`,
});

/** Worst first, then newest. `entities` null is all; one without entities concerns everybody. */
export const incidentPage = defineQuestion({
  engine: "postgres",
  name: "incident.page",
  params: z.object({
    states: z.array(z.string()).nullable(),
    severities: z.array(z.string()).nullable(),
    classes: z.array(z.string()).nullable(),
    code: z.string().nullable(),
    owner: z.string().nullable(),
    assignee: z.string().nullable(),
    entities: z.array(z.string()).nullable(),
    period: z.string().nullable(),
    flow: z.string().nullable(),
    hold: z.string().nullable(),
    limit: z.int(),
    /** Those somebody's sight is limited to; what is of none or of others too is not among them. */
    sight: z.array(z.string()).nullable(),
  }),
  row: StoredIncident,
  sql: `SELECT ${INCIDENT_COLUMNS} FROM incidents
    WHERE ($1::text[] IS NULL OR state = ANY($1))
      AND ($2::text[] IS NULL OR severity = ANY($2))
      AND ($3::text[] IS NULL OR class = ANY($3))
      AND ($4::text IS NULL OR code = $4)
      AND ($5::text IS NULL OR owner_role = $5)
      AND ($6::text IS NULL OR assignee ->> 'id' = $6)
      AND ($7::text[] IS NULL OR entities = '{}' OR entities && $7)
      AND ($8::text IS NULL OR $8 = ANY(periods))
      AND ($9::text IS NULL OR $9 = ANY(flows))
      AND ($10::text IS NULL OR $10 = ANY(holds))
      AND ($12::text[] IS NULL OR (periods <> '{}' AND periods <@ $12))
    ORDER BY (state = 'resolved'), severity, opened_at DESC, id LIMIT $11`,
});

/** Others of the same cause, then of the same kind at the same place, newest first. */
export const relatedIncidents = defineQuestion({
  engine: "postgres",
  name: "incident.related",
  params: z.object({
    id: z.string(),
    causeKey: z.string(),
    code: z.string(),
    system: z.string().nullable(),
    limit: z.int(),
  }),
  row: StoredIncident,
  sql: `SELECT ${INCIDENT_COLUMNS} FROM incidents
    WHERE id <> $1 AND state = 'resolved' AND coalesce(resolution ->> 'how', '') <> 'part of another'
      AND (cause_key = $2 OR (code = $3 AND cause ->> 'system' IS NOT DISTINCT FROM $4::text))
    ORDER BY (cause_key = $2) DESC, opened_at DESC LIMIT $5`,
});
