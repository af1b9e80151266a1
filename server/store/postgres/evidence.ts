import { postgresRows } from "../evidence.ts";

const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const inPeriod = (column: string) => `(scope.period IS NULL OR ${column} = scope.period)`;
const inEntities = (column: string) => `(scope.entities IS NULL OR ${column} = ANY (scope.entities))`;
const anyEntity = (column: string) => `(scope.entities IS NULL OR ${column} && scope.entities)`;
const inFlow = (column: string) => `(scope.flow IS NULL OR ${column} IS NULL OR ${column} = scope.flow)`;
const known = (column: string) => `${column} <= scope.as_of`;

const BREAKS = `${inPeriod("b.period")} AND ${inEntities("b.entity")}
  AND (scope.rules IS NULL OR b.rule = ANY (scope.rules))
  AND (scope.account IS NULL OR b.account IN ('', scope.account)) AND ${known("b.first_seen_at")}`;

export const evidenceBreakSteps = postgresRows({
  name: "break-steps",
  key: "s.sequence",
  keyType: "bigint",
  columns: `s.break_id AS "breakId", ${iso("s.at")} AS at, s.by_id AS "byId", s.by_name AS "byName", s.act,
    s.from_state AS "fromState", s.to_state AS "toState", s.amount, s.text`,
  from: "break_steps AS s JOIN breaks AS b ON b.id = s.break_id",
  where: `${BREAKS} AND ${known("s.at")}`,
});

/** Files kept with breaks, by their SHA-256; the files themselves are read one by one, which the log tells. */
export const evidenceBreakFiles = postgresRows({
  name: "break-files",
  key: "f.id",
  keyType: "text",
  columns: `f.id, f.break_id AS "breakId", ${iso("f.at")} AS at, f.by_id AS "byId", f.by_name AS "byName", f.name,
    f.media_type AS "mediaType", f.sha256`,
  from: "break_attachments AS f JOIN breaks AS b ON b.id = f.break_id",
  where: `${BREAKS} AND ${known("f.at")}`,
});

/** A row for each signature, with what was signed. */
export const evidenceSignoffs = postgresRows({
  name: "signoffs",
  key: "s.id || ' ' || g.step",
  keyType: "text",
  columns: `s.id, s.entity, s.period, s.milestone, s.title, s.close, s.round, s.state, s.digest, g.step,
    g.person_name AS "signedBy", g.role, g.statement, ${iso("g.at")} AS "signedAt", ${iso("s.ended_at")} AS "endedAt",
    s.reason, s.content`,
  from: "signoffs AS s JOIN signatures AS g ON g.signoff_id = s.id",
  where: `${inPeriod("s.period")} AND ${inEntities("s.entity")} AND ${known("g.at")}`,
});

export const evidenceWaivers = postgresRows({
  name: "waivers",
  key: "w.id",
  keyType: "text",
  columns: `w.id, w.waives, w.entity, w.period, w.milestone, w.reason, w.granted_by_name AS "grantedBy",
    ${iso("w.granted_at")} AS "grantedAt", ${iso("w.expires_at")} AS "expiresAt", w.state, ${iso("w.ended_at")} AS "endedAt",
    w.ended_by AS "endedBy", w.end_reason AS "endReason"`,
  from: "waivers AS w",
  where: `${inPeriod("w.period")} AND ${inEntities("w.entity")} AND ${known("w.granted_at")}`,
});

const INCIDENTS = `(scope.period IS NULL OR i.periods = '{}' OR scope.period = ANY (i.periods))
  AND (i.entities = '{}' OR ${anyEntity("i.entities")})
  AND (scope.flow IS NULL OR i.flows = '{}' OR scope.flow = ANY (i.flows)) AND ${known("i.opened_at")}`;

export const evidenceIncidentChanges = postgresRows({
  name: "incident-changes",
  key: "c.sequence",
  keyType: "bigint",
  columns: `c.incident_id AS "incidentId", c.change, ${iso("c.at")} AS at, c.by_id AS "byId", c.by_name AS "byName",
    c.severity, c.text, c.detail`,
  from: "incident_changes AS c JOIN incidents AS i ON i.id = c.incident_id",
  where: `${INCIDENTS} AND ${known("c.at")}`,
});

/** A row for each try to hand an alert over, and one for an alert nobody tried yet. */
export const evidenceAlerts = postgresRows({
  name: "alerts",
  key: "a.id || ' ' || coalesce(t.id, '')",
  keyType: "text",
  columns: `a.id, a.incident_id AS "incidentId", a.occasion, a.role, a.route, a.receiver, a.recipient,
    a.recipient_name AS "recipientName", a.because, a.state, ${iso("a.made_at")} AS "madeAt", ${iso("a.sent_at")} AS "sentAt",
    ${iso("a.read_at")} AS "readAt", a.stage_because AS "stageBecause", t.act, ${iso("t.at")} AS "triedAt", t.outcome,
    t.detail, t.sha256`,
  from: `alerts AS a JOIN incidents AS i ON i.id = a.incident_id LEFT JOIN alert_attempts AS t ON t.alert_id = a.id`,
  where: `${INCIDENTS} AND ${known("a.made_at")}`,
});

/** People and keys as they are, with what they may do; how that came about is in the log. */
export const evidenceAccess = postgresRows({
  name: "access",
  key: "holder.id",
  keyType: "text",
  columns: `holder.id, holder.kind, holder.name, holder.email, holder.role, holder.entities, holder.scopes,
    ${iso("holder.since")} AS since, ${iso("holder.ended")} AS "endedAt"`,
  from: `(SELECT p.id, 'person' AS kind, p.name, p.email, d.role, d.entities, NULL::text[] AS scopes, d.changed_at AS since,
      NULL::timestamptz AS ended FROM people AS p JOIN duties AS d ON d.person_id = p.id
    UNION ALL SELECT k.id, 'key', k.name, NULL, NULL, NULL, k.scopes, k.created_at, k.revoked_at FROM api_keys AS k
    ) AS holder`,
  where: "true",
});

export const evidenceHolds = postgresRows({
  name: "holds",
  key: "h.id",
  keyType: "text",
  columns: `h.id, h.title, h.reason, h.period, h.entity, h.flow, h.placed_by AS "placedBy",
    ${iso("h.placed_at")} AS "placedAt", h.released_by AS "releasedBy", ${iso("h.released_at")} AS "releasedAt",
    h.release_reason AS "releaseReason"`,
  from: "legal_holds AS h",
  where: `(h.period IS NULL OR ${inPeriod("h.period")}) AND (h.entity IS NULL OR ${inEntities("h.entity")})
    AND ${inFlow("h.flow")} AND ${known("h.placed_at")}`,
});

/** Every version of the estate that was ever in force, by the hash of its files. */
export const evidenceEstates = postgresRows({
  name: "estate-versions",
  key: "v.id",
  keyType: "text",
  columns: `v.id, v.estate, v.hash, ${iso("v.loaded_at")} AS "loadedAt"`,
  from: "estate_versions AS v",
  where: known("v.loaded_at"),
});

/**
 * Entries of the audit log that tell of the scope, and those that tell of the whole estate: its configuration, who may do
 * what, the log itself.
 */
export const evidenceLog = postgresRows({
  name: "audit-log",
  key: "e.sequence",
  keyType: "bigint",
  columns: `e.sequence::int AS sequence, e.at, e.body ->> 'recordedAt' AS "recordedAt", e.body -> 'actor' ->> 'name' AS actor,
    e.body -> 'actor' ->> 'role' AS role, e.action, e.subject, e.body::text AS text`,
  from: "audit_entries AS e",
  where: `(e.body -> 'detail' ->> 'period' IS NULL OR ${inPeriod("e.body -> 'detail' ->> 'period'")})
    AND ${inFlow("e.body -> 'detail' ->> 'flow'")} AND e.at <= to_char(scope.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    AND (scope.entities IS NULL OR e.body -> 'detail' ->> 'entity' = ANY (scope.entities)
      OR (e.body -> 'detail' ->> 'entity' IS NULL
        AND (split_part(e.subject, ':', 1) IN ('estate', 'person', 'key', 'audit-log', 'hold', 'evidence')
          OR e.subject IN (SELECT 'break:' || id FROM breaks WHERE entity = ANY (scope.entities))
          OR e.subject IN (SELECT 'request:' || id FROM requests WHERE entities && scope.entities))))`,
});
