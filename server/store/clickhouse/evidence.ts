import { clickhouseRows } from "../evidence.ts";

const AS_OF = "parseDateTime64BestEffort({asOf:String}, 3)";
const inEntities = (column: string) => `(empty({entities:Array(String)}) OR has({entities:Array(String)}, ${column}))`;
const inPeriod = (column: string) => `({period:String} = '' OR ${column} = {period:String})`;
const inDatasets = (table: string) =>
  `(empty({datasets:Array(String)}) OR has({datasets:Array(String)}, concat(${table}.namespace, '\\n', ${table}.name)))`;

const TOTALS = `${inDatasets("t")} AND ${inEntities("t.entity")} AND ${inPeriod("t.period")}
  AND ({account:String} = '' OR t.account IN ('', {account:String})) AND t.event_time <= ${AS_OF}`;

/**
 * Runs that read or fill what is in scope. A run says entity and period of some of its datasets only; one that says them of
 * none belongs to every scope.
 */
const PLACED = "(io.entity != '' OR io.period != '')";
const RUNS = `SELECT job_namespace, job_name, run_id FROM run_io AS io WHERE io.first_seen_at <= ${AS_OF}
  GROUP BY job_namespace, job_name, run_id
  HAVING max(${inDatasets("io")}) AND (NOT max(${PLACED})
    OR max(${PLACED} AND (io.entity = '' OR ${inEntities("io.entity")}) AND (io.period = '' OR ${inPeriod("io.period")})))`;

/** Every report of a control total, each as told. */
export const evidenceTotals = clickhouseRows({
  name: "control-totals",
  key: [
    ...["t.namespace", "t.name", "t.entity", "t.period", "t.version", "t.event_time at", "t.event_id", "t.ledger"],
    ...["t.account", "t.currency", "toString(t.measure)"],
  ],
  columns: `t.namespace AS namespace, t.name AS dataset, t.entity AS entity, t.period AS period, t.version AS version,
    t.ledger AS ledger, t.account AS account, t.currency AS currency, toString(t.measure) AS measure,
    toString(t.value) AS value, t.as_of AS asOf, t.event_time AS toldAt, t.run_id AS runId,
    t.correlation_id AS correlationId, t.event_id AS eventId`,
  from: "control_totals AS t",
  where: TOTALS,
});

const RUN = "job_namespace, job_name, run_id";
const NEVER = "toDateTime64(0, 3, 'UTC')";
const STATED = ["correlation", "outcome", "exceptions", "error"] as const;
/** A value is told where the event that stated it had come in by then; what was stated before it is in the events. */
const toldByThen = (column: (typeof STATED)[number]) =>
  `if(has(groupUniqArrayArray(r.heard), max(r.${column}).1), max(r.${column}).3, '') AS ${column}`;

/**
 * Runs as far as their events had come in: each run's fold, and each of its events beside it. The number of an event's type
 * orders events of one instant as their rank does.
 */
export const evidenceRuns = clickhouseRows({
  name: "runs",
  key: ["r.job_namespace", "r.job_name", "r.run_id"],
  columns: `r.job_namespace AS jobNamespace, r.job_name AS job, r.run_id AS runId, max(r.moved).3 AS state,
    min(r.began) AS startedAt, arrayMax(groupUniqArrayArray(r.heard)) AS lastEventAt,
    if(max(r.later), greatest(1, uniqExactIf(r.began, r.moved.3 = 'START')), max(r.attempt)) AS attempt,
    ${STATED.map(toldByThen).join(", ")}`,
  from: `(SELECT ${RUN}, (${NEVER}, 0, '') AS moved, NULL::Nullable(DateTime64(3, 'UTC')) AS began,
        []::Array(DateTime64(3, 'UTC')) AS heard, false AS later, attempt, ${STATED.join(", ")} FROM runs
      UNION ALL SELECT ${RUN},
        if(known AND event_type NOT IN ('', 'OTHER'), (event_time, toUInt8(event_type), toString(event_type)), (${NEVER}, 0, '')),
        if(known AND event_type IN ('START', 'RUNNING'), event_time, NULL), if(known, [event_time], []), NOT known, 0,
        ${STATED.map(() => `(${NEVER}, 0, '')`).join(", ")}
      FROM (SELECT *, received_at <= ${AS_OF} AS known FROM events WHERE kind = 'run')) AS r`,
  where: `(r.job_namespace, r.job_name, r.run_id) IN (${RUNS})
    AND (r.job_namespace, r.job_name, r.run_id) IN (
      SELECT ${RUN} FROM events WHERE received_at <= ${AS_OF} AND (${RUN}) IN (${RUNS}))`,
  grouped: true,
  limit: 2000,
});

/** Events as they came. */
export const evidenceEvents = clickhouseRows({
  name: "events",
  key: ["e.job_namespace", "e.job_name", "e.run_id", "e.event_time at", "e.event_id"],
  columns: `e.event_id AS eventId, e.received_at AS receivedAt, e.event_time AS eventTime, e.event_type AS eventType,
    e.door AS door, e.source AS source, e.producer AS producer, e.job_namespace AS jobNamespace, e.job_name AS job,
    e.run_id AS runId, e.raw AS raw`,
  from: "events AS e",
  where: `((e.job_namespace, e.job_name, e.run_id) IN (${RUNS})
    OR e.event_id IN (SELECT t.event_id FROM control_totals AS t WHERE ${TOTALS})) AND e.received_at <= ${AS_OF}`,
  limit: 1000,
});

/** Steps of lineage that were known by then. */
export const evidenceLineage = clickhouseRows({
  name: "lineage",
  key: ["s.origin", "s.destination", "toString(s.how)", "s.via", "s.producer"],
  columns: `s.origin AS origin, s.destination AS destination, toString(s.how) AS how, s.via AS job,
    s.producer AS producer, min(s.first).at AS firstSeenAt, max(s.latest).at AS lastSeenAt`,
  from: "lineage_steps AS s",
  where: `s.origin != '' AND (empty({nodes:Array(String)}) OR has({nodes:Array(String)}, s.origin)
      OR has({nodes:Array(String)}, s.destination))
    AND s.soonest.known <= ${AS_OF}`,
  grouped: true,
});

export const evidenceChecks = clickhouseRows({
  name: "checks",
  key: ["c.rule", "c.entity", "c.period", "c.checked_at at", "c.id"],
  columns: `c.id AS id, c.checked_at AS checkedAt, toString(c.trigger) AS trigger, c.rule AS rule,
    c.rule_version AS ruleVersion, c.entity AS entity, c.period AS period, c.state AS state, c.first_off AS firstOff,
    c.difference AS difference, c.currency AS currency, toString(c.breaks) AS breaks, c.canary AS canary,
    c.verdict_digest AS verdictDigest, c.question AS question, c.inputs AS inputs, c.basis AS basis`,
  from: "check_results AS c",
  where: `(empty({rules:Array(String)}) OR has({rules:Array(String)}, c.rule)) AND ${inEntities("c.entity")}
    AND ${inPeriod("c.period")} AND c.checked_at <= ${AS_OF}`,
  limit: 500,
});

export const evidenceExtracts = clickhouseRows({
  name: "line-extracts",
  key: ["x.dataset", "x.entity", "x.period", "x.version", "x.run_id", "toString(x.part)", "toString(x.load)"],
  columns: `x.dataset AS dataset, x.entity AS entity, x.period AS period, x.version AS version, x.run_id AS runId,
    toString(x.part) AS part, toString(x.load) AS load, x.as_of AS asOf, x.format AS format, x.sha256 AS sha256,
    x.received_at AS receivedAt, x.received_from AS receivedFrom, x.state AS state, x.reason AS reason,
    toString(x.rows) AS rows, toString(x.flaws) AS flaws`,
  from: "line_extracts AS x",
  where: `${inEntities("x.entity")} AND ${inPeriod("x.period")} AND x.received_at <= ${AS_OF}`,
});
