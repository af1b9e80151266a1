import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { LineExtract } from "../../../schemas/wire/lines.ts";
import type { ClickHouse } from "../clickhouse.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

const Sums = z.array(z.object({ currency: z.string(), amount: z.string() }));

const ExtractRow = LineExtract.omit({ datasetTitle: true }).extend({
  asOf: Instant,
  receivedFrom: z.string(),
  rows: CountColumn,
  flaws: CountColumn,
  sums: Sums,
  layout: z.string(),
});
/** A load of lines as recorded. */
export type ExtractRow = z.infer<typeof ExtractRow>;

const COLUMNS = `load AS id, dataset, entity, period, version, run_id AS runId, as_of AS asOf, part, parts, format, sha256,
  received_at AS receivedAt, received_from AS receivedFrom, state, reason, rows, flaws,
  arrayMap(sum -> CAST((sum.1, toString(sum.2)), 'Tuple(currency String, amount String)'), line_extracts.sums) AS sums,
  key_columns AS keyColumns, dimensions, verified, layout`;

/** Loads in scope, newest first; empty texts ask for all. */
export const lineExtracts = defineQuestion({
  engine: "clickhouse",
  name: "line-extract.page",
  params: z.object({
    dataset: z.string(),
    entities: z.array(z.string()),
    allEntities: z.boolean(),
    period: z.string(),
    version: z.string(),
    limit: z.int(),
  }),
  row: ExtractRow,
  sql: `SELECT ${COLUMNS} FROM line_extracts
    WHERE ({dataset:String} = '' OR line_extracts.dataset = {dataset:String})
      AND ({allEntities:Bool} OR has({entities:Array(String)}, line_extracts.entity))
      AND ({period:String} = '' OR line_extracts.period = {period:String})
      AND ({version:String} = '' OR line_extracts.version = {version:String})
    ORDER BY line_extracts.received_at DESC, id DESC LIMIT 1 BY id LIMIT {limit:UInt32}`,
});

/** Loads that some runs handed in for an entity and period, newest first. */
export const lineExtractsOfRuns = defineQuestion({
  engine: "clickhouse",
  name: "line-extract.of-runs",
  params: z.object({ entity: z.string(), period: z.string(), runIds: z.array(z.string()) }),
  row: ExtractRow,
  sql: `SELECT ${COLUMNS} FROM line_extracts
    WHERE line_extracts.entity = {entity:String} AND line_extracts.period = {period:String}
      AND run_id IN {runIds:Array(String)}
    ORDER BY line_extracts.received_at DESC, id DESC LIMIT 1 BY id LIMIT 5000`,
});

/** Loads quarantined or with rows set aside, newest first, and the first good load of the same place after each. */
export const refusedExtracts = defineQuestion({
  engine: "clickhouse",
  name: "line-extract.refused",
  params: z.object({
    entities: z.array(z.string()),
    allEntities: z.boolean(),
    /** Leaves out what another file has taken the place of. */
    openOnly: z.boolean(),
    limit: z.int(),
  }),
  row: ExtractRow.extend({ supersededBy: z.string() }),
  sql: `SELECT ${COLUMNS}, arrayFirst(good -> good.1 > line_extracts.received_at, goods).2 AS supersededBy
    FROM line_extracts LEFT JOIN (
      SELECT dataset, entity, period, version, part, arraySort(groupArray((received_at, toString(load)))) AS goods
      FROM line_extracts WHERE state = 'loaded' GROUP BY dataset, entity, period, version, part
    ) AS later USING (dataset, entity, period, version, part)
    WHERE line_extracts.state != 'loaded'
      AND ({allEntities:Bool} OR has({entities:Array(String)}, line_extracts.entity))
      AND (NOT {openOnly:Bool} OR supersededBy = '')
    ORDER BY line_extracts.received_at DESC, id DESC LIMIT 1 BY id LIMIT {limit:UInt32}`,
});

export const lineExtractsById = defineQuestion({
  engine: "clickhouse",
  name: "line-extract.by-id",
  params: z.object({ ids: z.array(z.string()) }),
  row: ExtractRow,
  sql: `SELECT ${COLUMNS} FROM line_extracts WHERE has({ids:Array(String)}, toString(load))
    ORDER BY line_extracts.part, id LIMIT 1 BY id`,
});

/** A load of the very same file for the same run that was taken, if there is one. */
export const sameExtract = defineQuestion({
  engine: "clickhouse",
  name: "line-extract.same",
  params: z.object({
    dataset: z.string(),
    entity: z.string(),
    period: z.string(),
    version: z.string(),
    runId: z.string(),
    part: z.int(),
    sha256: z.string(),
    layout: z.string(),
  }),
  row: ExtractRow,
  sql: `SELECT ${COLUMNS} FROM line_extracts
    WHERE line_extracts.dataset = {dataset:String} AND line_extracts.entity = {entity:String}
      AND line_extracts.period = {period:String} AND line_extracts.version = {version:String}
      AND run_id = {runId:String} AND line_extracts.part = {part:UInt32}
      AND line_extracts.sha256 = {sha256:String} AND line_extracts.layout = {layout:String}
      AND line_extracts.state != 'quarantined'
    ORDER BY line_extracts.received_at LIMIT 1`,
});

/** The first rows of a load that could not be read. */
export const lineFlaws = defineQuestion({
  engine: "clickhouse",
  name: "line-flaw.of-load",
  params: z.object({ load: z.string(), limit: z.int() }),
  row: z.object({
    row: CountColumn,
    column: z.string(),
    reason: z.string(),
    fields: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
  }),
  sql: `SELECT line_flaws.row AS row, column, reason, fields FROM line_flaws WHERE load = {load:UUID}
    ORDER BY line_flaws.row LIMIT 1 BY row LIMIT {limit:UInt32}`,
});

/** What a load holds by currency, exactly. */
export const lineSums = defineQuestion({
  engine: "clickhouse",
  name: "line.sums",
  params: z.object({ load: z.string() }),
  row: z.object({ currency: z.string(), lines: CountColumn, net: z.string() }),
  // Wider than a line's amount, so that no number of lines overflows it.
  sql: `SELECT currency, count() AS lines, toString(sum(toDecimal256(amount, 12))) AS net
    FROM lines WHERE load = {load:UUID} GROUP BY currency ORDER BY currency`,
});

/** Takes back what a reading that failed had written so far. */
export async function forgetLoad(clickhouse: ClickHouse, load: string): Promise<void> {
  const id = z.uuid().parse(load);
  for (const table of ["lines", "line_buckets"]) {
    await clickhouse.change(({ on }) => `DELETE FROM ${table} ${on} WHERE load = '${id}'`);
  }
}

/** Loads with lines that no record names: readings a stop cut short. */
export const unrecordedLoads = defineQuestion({
  engine: "clickhouse",
  name: "line.unrecorded-loads",
  params: z.object({}),
  row: z.object({ load: z.string() }),
  sql: `SELECT DISTINCT toString(load) AS load FROM line_buckets
    WHERE load NOT IN (SELECT load FROM line_extracts)`,
});
