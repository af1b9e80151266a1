import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { BreakRow, BreakState } from "../../../schemas/wire/break.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/** A break as kept: without what the estate says of it and what the clock makes of it. */
export const StoredBreak = BreakRow.omit({
  kind: true,
  ruleTitle: true,
  hopTitle: true,
  age: true,
  owner: true,
}).extend({
  lineage: z.string(),
  firstSeenAt: InstantColumn,
  lastSeenAt: InstantColumn,
  changedAt: InstantColumn,
  comments: BigintColumn,
  attachments: BigintColumn,
});
export type StoredBreak = z.infer<typeof StoredBreak>;

export const BREAK_COLUMNS = `id, lineage, parent, rule, rule_version AS "ruleVersion", hop, entity, period, version, ledger, account,
  currency, measures, amount, unit, unexplained, material, cause, cause_text AS "causeText", evidence,
  run_id AS "runId", correlation_id AS "correlationId", mapping_version AS "mappingVersion", state, present,
  first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt", changed_at AS "changedAt", assignee, explanation,
  review, settlement, reopened, revision,
  (SELECT count(*) FROM break_comments WHERE break_id = breaks.id) AS comments,
  (SELECT count(*) FROM break_attachments WHERE break_id = breaks.id) AS attachments`;

const Json = z.unknown().transform((value) => (value === null || value === undefined ? null : JSON.stringify(value)));

/** What a check found, with the state it leaves the break in. */
const Found = {
  id: z.string(),
  lineage: z.string(),
  parent: z.string().nullable(),
  rule: z.string(),
  ruleVersion: z.string(),
  hop: z.string(),
  entity: z.string(),
  period: z.string(),
  version: z.string(),
  ledger: z.string(),
  account: z.string(),
  currency: z.string(),
  measures: z.array(z.string()),
  amount: z.string(),
  unit: z.string(),
  unexplained: z.string(),
  material: z.boolean(),
  cause: z.string(),
  causeText: z.string(),
  evidence: Json,
  runId: z.string().nullable(),
  correlationId: z.string().nullable(),
  mappingVersion: z.string().nullable(),
  firstSeenAt: Instant,
  at: Instant,
};

export const insertBreak = defineQuestion({
  engine: "postgres",
  name: "break.insert",
  params: z.object(Found),
  row: StoredBreak,
  sql: `INSERT INTO breaks (id, lineage, parent, rule, rule_version, hop, entity, period, version, ledger, account, currency,
      measures, amount, unit, unexplained, material, cause, cause_text, evidence, run_id, correlation_id, mapping_version,
      state, present, first_seen_at, last_seen_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::jsonb, $21, $22, $23,
      'open', true, $24, $25, $25)
    ON CONFLICT DO NOTHING RETURNING ${BREAK_COLUMNS}`,
});

/** The latest finding of a known break; `state` null leaves it where it stands, a state opens it again. */
export const findAgain = defineQuestion({
  engine: "postgres",
  name: "break.find-again",
  params: z.object({
    ...z
      .object(Found)
      .pick({ id: true, ruleVersion: true, measures: true, amount: true, unit: true, unexplained: true }).shape,
    ...z.object(Found).pick({ material: true, cause: true, causeText: true, evidence: true, runId: true }).shape,
    ...z.object(Found).pick({ correlationId: true, mappingVersion: true, at: true }).shape,
    state: BreakState.nullable(),
  }),
  row: StoredBreak,
  sql: `UPDATE breaks SET rule_version = $2, measures = $3, amount = $4, unit = $5, unexplained = $6, material = $7,
      cause = $8, cause_text = $9, evidence = $10::jsonb, run_id = $11, correlation_id = $12, mapping_version = $13,
      last_seen_at = $14, present = true, revision = revision + 1,
      state = coalesce($15, state),
      changed_at = CASE WHEN $15::text IS NULL THEN changed_at ELSE $14 END,
      explanation = CASE WHEN $15::text IS NULL THEN explanation END,
      review = CASE WHEN $15::text IS NULL THEN review END,
      settlement = CASE WHEN $15::text IS NULL THEN settlement END,
      reopened = reopened + CASE WHEN $15::text IS NULL THEN 0 ELSE 1 END
    WHERE id = $1 RETURNING ${BREAK_COLUMNS}`,
});

/** A break that ties now: resolved, unless people had disposed of it before. */
export const tieBreak = defineQuestion({
  engine: "postgres",
  name: "break.tie",
  params: z.object({ id: z.string(), at: Instant }),
  row: StoredBreak,
  sql: `UPDATE breaks SET present = false, revision = revision + 1,
      state = CASE WHEN state IN ('accepted-timing', 'adjusted', 'written-off') THEN state ELSE 'resolved' END,
      changed_at = $2
    WHERE id = $1 AND present RETURNING ${BREAK_COLUMNS}`,
});

/** What a person's act makes of a break; no row where it is not in one of these states or not at this revision any more. */
export const moveBreak = defineQuestion({
  engine: "postgres",
  name: "break.move",
  params: z.object({
    id: z.string(),
    from: z.array(BreakState),
    revision: z.int().nullable(),
    to: BreakState,
    at: Instant,
    assignee: Json,
    explanation: Json,
    review: Json,
    settlement: Json,
  }),
  row: StoredBreak,
  sql: `UPDATE breaks SET state = $4, changed_at = $5, assignee = $6::jsonb, explanation = $7::jsonb, review = $8::jsonb,
      settlement = $9::jsonb, revision = revision + 1
    WHERE id = $1 AND state = ANY($2::text[]) AND ($3::int IS NULL OR revision = $3) RETURNING ${BREAK_COLUMNS}`,
});

/** Locked until the transaction ends, so that two acts on one break follow each other. */
export const breakForAct = defineQuestion({
  engine: "postgres",
  name: "break.for-act",
  params: z.object({ id: z.string() }),
  row: StoredBreak,
  sql: `SELECT ${BREAK_COLUMNS} FROM breaks WHERE id = $1 FOR UPDATE`,
});

export const breakById = defineQuestion({
  engine: "postgres",
  name: "break.by-id",
  params: z.object({ id: z.string() }),
  row: StoredBreak,
  sql: `SELECT ${BREAK_COLUMNS} FROM breaks WHERE id = $1`,
});

/** Breaks of one rule for one entity and period, locked for a check that updates them. */
export const breaksOfCheck = defineQuestion({
  engine: "postgres",
  name: "break.of-check",
  params: z.object({ rule: z.string(), entity: z.string(), period: z.string() }),
  row: StoredBreak,
  sql: `SELECT ${BREAK_COLUMNS} FROM breaks WHERE rule = $1 AND entity = $2 AND period = $3 ORDER BY id FOR UPDATE`,
});

/** The break each of these is carried forward from: the latest of an earlier period that was still there. */
export const parentsOf = defineQuestion({
  engine: "postgres",
  name: "break.parents",
  params: z.object({ lineages: z.array(z.string()), period: z.string() }),
  row: StoredBreak,
  sql: `SELECT DISTINCT ON (lineage) ${BREAK_COLUMNS} FROM breaks
    WHERE lineage = ANY($1::text[]) AND period < $2 AND present ORDER BY lineage, period DESC`,
});
