import { postgresRows } from "../evidence.ts";

/** Breaks, requests and incidents as they stood at the pack's date, put together again from what is only ever added to. */

const AS_OF = "(SELECT as_of FROM scope)";
const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const by = (column: string) => `${column} <= ${AS_OF}`;

/** What the latest check found; unknown where that check came later. */
const found = (column: string, name: string) => `CASE WHEN ${by("b.last_seen_at")} THEN b.${column} END AS "${name}"`;
/** What somebody said, with when they said it. */
const said = (column: string) =>
  `CASE WHEN ${by(`(b.${column} ->> 'at')::timestamptz`)} THEN b.${column} END AS ${column}`;

/**
 * Breaks with their disposition as it was known: state, amount, presence and how often it was opened again follow from their
 * steps. What a later check or act overwrote is left out; the checks and steps of then say it.
 */
export const evidenceBreaks = postgresRows({
  name: "breaks",
  key: "b.id",
  keyType: "text",
  columns: `b.id, ${found("rule_version", "ruleVersion")}, b.rule, b.hop, b.entity, b.period, b.version, b.ledger, b.account,
    b.currency, was.amount, b.unit, ${found("unexplained", "unexplained")}, ${found("material", "material")},
    ${found("cause", "cause")}, ${found("cause_text", "causeText")}, was.to_state AS state, seen.act <> 'tied' AS present,
    ${iso("b.first_seen_at")} AS "firstSeenAt",
    ${iso(`CASE WHEN ${by("b.last_seen_at")} THEN b.last_seen_at ELSE seen.at END`)} AS "lastSeenAt",
    ${found("run_id", "runId")}, ${found("correlation_id", "correlationId")}, ${found("mapping_version", "mappingVersion")},
    CASE WHEN ${by("b.changed_at")} THEN b.assignee END AS assignee, ${said("explanation")}, ${said("review")},
    ${said("settlement")}, b.parent,
    (SELECT count(*)::int FROM break_steps AS o WHERE o.break_id = b.id AND o.act = 'reopened' AND ${by("o.at")}) AS reopened`,
  from: `breaks AS b
    CROSS JOIN LATERAL (SELECT s.to_state, s.amount FROM break_steps AS s
      WHERE s.break_id = b.id AND ${by("s.at")} ORDER BY s.sequence DESC LIMIT 1) AS was
    CROSS JOIN LATERAL (SELECT s.act, s.at FROM break_steps AS s
      WHERE s.break_id = b.id AND s.act IN ('found', 'changed', 'reopened', 'tied') AND ${by("s.at")}
      ORDER BY s.sequence DESC LIMIT 1) AS seen`,
  where: `(scope.period IS NULL OR b.period = scope.period) AND (scope.entities IS NULL OR b.entity = ANY (scope.entities))
    AND (scope.rules IS NULL OR b.rule = ANY (scope.rules))
    AND (scope.account IS NULL OR b.account IN ('', scope.account))`,
});

/** How far a request had come by its entries in the log; null where none says so. */
const LOGGED = `(SELECT CASE e.action WHEN 'request.pause' THEN 'paused' WHEN 'request.resume' THEN 'running'
      ELSE split_part(e.action, '.', 2) END
    FROM audit_entries AS e
    WHERE e.subject = 'request:' || r.id AND e.at <= ${iso(AS_OF)} AND e.action IN
      ('request.pause', 'request.resume', 'request.completed', 'request.failed', 'request.refused', 'request.rejected',
       'request.expired', 'request.withdrawn', 'request.cancelled')
    ORDER BY e.sequence DESC LIMIT 1)`;

/** Requests as far as they had come; what came of one that had not ended is left out. */
export const evidenceRequests = postgresRows({
  name: "requests",
  key: "r.id",
  keyType: "text",
  columns: `r.id, r.act, r.title, r.flow, r.entity, r.period, r.dataset, r.reason,
    CASE WHEN ${by("r.changed_at")} THEN r.state ELSE coalesce(${LOGGED},
      CASE WHEN EXISTS (SELECT FROM request_steps AS s WHERE s.request_id = r.id AND ${by("s.dispatched_at")}) THEN 'running'
        WHEN r.approvals_needed = 0 OR ${by("r.approved_at")} THEN 'requested' ELSE 'waiting' END) END AS state,
    r.digest, r.requested_by_name AS "requestedBy", ${iso("r.requested_at")} AS "requestedAt",
    ${iso(`CASE WHEN ${by("r.changed_at")} THEN r.changed_at END`)} AS "changedAt",
    ${iso(`CASE WHEN ${by("r.approved_at")} THEN r.approved_at END`)} AS "approvedAt",
    CASE WHEN ${by("r.dispatched_at")} THEN r.correlation_id END AS "correlationId",
    CASE WHEN ${by("r.dispatched_at")} THEN r.run_id END AS "runId",
    CASE WHEN ${by("r.changed_at")} THEN r.outcome END AS outcome`,
  from: "requests AS r",
  where: `(r.period IS NULL OR scope.period IS NULL OR r.period = scope.period)
    AND (r.entities = '{}' OR scope.entities IS NULL OR r.entities && scope.entities)
    AND (scope.flow IS NULL OR r.flow IS NULL OR r.flow = scope.flow) AND r.requested_at <= scope.as_of`,
});

const lastChange = (changes?: string) => `(SELECT c.sequence, c.change, c.at, c.by_id, c.by_name, c.severity
      FROM incident_changes AS c WHERE c.incident_id = i.id AND ${by("c.at")} ${changes ? `AND c.change IN (${changes})` : ""}
      ORDER BY c.sequence DESC LIMIT 1)`;
const LIFE = "'opened', 'reopened', 'acknowledged', 'snoozed', 'woken', 'resolved'";

/** Getting worse wakes an incident that was put aside. */
const LIVED = `CASE WHEN moved.change = 'snoozed' AND said.sequence > moved.sequence AND EXISTS (SELECT FROM incident_changes AS c
      WHERE c.incident_id = i.id AND c.change = 'worsened' AND c.sequence > moved.sequence AND ${by("c.at")}) THEN 'open'
    WHEN moved.change IN ('opened', 'reopened', 'woken') THEN 'open' ELSE moved.change END`;
const ENDED = "moved.change = 'resolved'";
/** Nobody has it any more once it came back, or was handed back by a person. */
const TAKEN = "taken.change = 'acknowledged'";

/**
 * Incidents as they stood: what was found of them is the version of then, their state and who had them follow from their
 * changes. Of an incident older than its versions only its life is told.
 */
export const evidenceIncidents = postgresRows({
  name: "incidents",
  key: "i.id",
  keyType: "text",
  columns: `i.id, i.number::text AS number, v.code, v.class, said.severity, ${LIVED} AS state, v.owner_role AS "ownerRole",
    v.words, v.cause, coalesce(v.entities, '{}') AS entities, coalesce(v.periods, '{}') AS periods,
    coalesce(v.flows, '{}') AS flows, ${iso("v.since_at")} AS "sinceAt", ${iso("i.opened_at")} AS "openedAt",
    ${iso(`CASE WHEN ${TAKEN} THEN taken.at END`)} AS "acknowledgedAt",
    CASE WHEN ${TAKEN} THEN jsonb_build_object('id', taken.by_id, 'name', taken.by_name) END AS "acknowledgedBy",
    ${iso(`CASE WHEN ${ENDED} THEN moved.at END`)} AS "resolvedAt",
    CASE WHEN ${ENDED} AND i.resolved_at = moved.at THEN i.resolution END AS resolution, v.amount, v.currency`,
  from: `incidents AS i
    CROSS JOIN LATERAL ${lastChange()} AS said
    CROSS JOIN LATERAL ${lastChange(LIFE)} AS moved
    CROSS JOIN LATERAL (SELECT c.change, c.at, c.by_id, c.by_name FROM incident_changes AS c
      WHERE c.incident_id = i.id AND ${by("c.at")} AND (c.change IN ('opened', 'reopened', 'acknowledged')
        OR (c.change = 'woken' AND c.text LIKE 'Handed back%'))
      ORDER BY c.sequence DESC LIMIT 1) AS taken
    LEFT JOIN LATERAL (SELECT * FROM incident_versions AS w WHERE w.incident_id = i.id AND ${by("w.at")}
      ORDER BY w.sequence DESC LIMIT 1) AS v ON true`,
  where: `(scope.period IS NULL OR coalesce(v.periods, i.periods) = '{}' OR scope.period = ANY (coalesce(v.periods, i.periods)))
    AND (coalesce(v.entities, i.entities) = '{}' OR scope.entities IS NULL OR coalesce(v.entities, i.entities) && scope.entities)
    AND (scope.flow IS NULL OR coalesce(v.flows, i.flows) = '{}' OR scope.flow = ANY (coalesce(v.flows, i.flows)))
    AND i.opened_at <= scope.as_of`,
});
