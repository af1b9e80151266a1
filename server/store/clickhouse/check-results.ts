import * as z from "zod";
import { CheckInput, CheckResult } from "../../../schemas/wire/reconcile-matrix.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";
import { TotalRow } from "./figures.ts";

const Findings = CheckResult.shape.findings;
const orNull = (text: string) => text || null;

const ResultRow = z
  .object({
    ...CheckResult.omit({ findings: true, inputs: true, firstOff: true, difference: true, breaks: true }).shape,
    breaks: CountColumn,
    firstOff: z.string().transform(orNull),
    difference: z.string().transform(orNull),
    findings: z.string().transform((text) => Findings.parse(JSON.parse(text))),
    inputs: z.string().transform((text) => z.array(CheckInput).parse(JSON.parse(text))),
  })
  .transform((row): CheckResult => row);

const COLUMNS = `id, rule, rule_version AS ruleVersion, entity, period, state, first_off AS firstOff, difference, currency,
  breaks, checked_at AS checkedAt, trigger, canary, findings, inputs, question, verdict_digest AS verdictDigest`;

/** Results in scope, newest first; empty texts ask for all. */
export const checkResults = defineQuestion({
  engine: "clickhouse",
  name: "check-result.page",
  params: z.object({
    rule: z.string(),
    entities: z.array(z.string()),
    allEntities: z.boolean(),
    period: z.string(),
    limit: z.int(),
  }),
  row: ResultRow,
  sql: `SELECT ${COLUMNS} FROM check_results
    WHERE ({rule:String} = '' OR check_results.rule = {rule:String})
      AND ({allEntities:Bool} OR has({entities:Array(String)}, check_results.entity))
      AND ({period:String} = '' OR check_results.period = {period:String})
    ORDER BY check_results.checked_at DESC, id LIMIT 1 BY id LIMIT {limit:UInt32}`,
});

export const checkResultById = defineQuestion({
  engine: "clickhouse",
  name: "check-result.by-id",
  params: z.object({ id: z.string() }),
  row: ResultRow,
  sql: `SELECT ${COLUMNS} FROM check_results WHERE id = {id:String} LIMIT 1 BY id`,
});

/** What a result rests on, as it was written. */
export const checkBasis = defineQuestion({
  engine: "clickhouse",
  name: "check-result.basis",
  params: z.object({ id: z.string() }),
  row: z.object({ basis: z.string() }),
  sql: "SELECT basis FROM check_results WHERE id = {id:String} LIMIT 1",
});

/** The latest result of every rule, entity and period, as far as telling whether another says the same. */
export const latestChecks = defineQuestion({
  engine: "clickhouse",
  name: "check-result.latest",
  params: z.object({}),
  row: z.object({
    rule: z.string(),
    entity: z.string(),
    period: z.string(),
    latest: z.tuple([z.string(), z.string(), z.string()]).transform(([, id, fingerprint]) => ({ id, fingerprint })),
  }),
  sql: `SELECT rule, entity, period, max((checked_at, id, fingerprint)) AS latest
    FROM check_results GROUP BY rule, entity, period`,
});

/** Totals as one report told them. Several events may be of one run and instant; their ids tell them apart. */
export const totalsOfReport = defineQuestion({
  engine: "clickhouse",
  name: "total.of-report",
  params: z.object({
    namespace: z.string(),
    name: z.string(),
    entity: z.string(),
    period: z.string(),
    version: z.string(),
    runId: z.string(),
    asOf: z.string(),
  }),
  row: TotalRow.extend({ eventId: z.string() }),
  sql: `SELECT namespace, name, entity, ledger, period, version, account, currency, measure,
      toString(any(control_totals.value)) AS value, any(as_of) AS asOf, any(run_id) AS runId,
      any(correlation_id) AS correlationId, event_id AS eventId
    FROM control_totals
    WHERE namespace = {namespace:String} AND name = {name:String} AND entity = {entity:String}
      AND period = {period:String} AND version = {version:String} AND run_id = {runId:String}
      AND as_of = parseDateTime64BestEffort({asOf:String}, 3)
    GROUP BY namespace, name, entity, ledger, period, version, account, currency, measure, event_id`,
});
