import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";
import { LINES_MEMORY } from "./lines-load.ts";

/** Loads of the two sides of a comparison. */
const Sides = { left: z.array(z.string()), right: z.array(z.string()) };
export const LEFT = "load IN {left:Array(UUID)}";
const RIGHT = "load IN {right:Array(UUID)}";
export const EITHER = "load IN arrayConcat({left:Array(UUID)}, {right:Array(UUID)})";

/** Every bucket, and whether the sides differ in it: in number, in the sum of rows' hashes or in the sum of amounts. */
const BUCKETS = `
  SELECT bucket, sum(line_buckets.lines) AS both,
    sumIf(line_buckets.lines, ${LEFT}) * 2 != both
      OR sumWithOverflowIf(row_hashes, ${LEFT}) != sumWithOverflowIf(row_hashes, ${RIGHT})
      OR sumWithOverflowIf(line_buckets.amount, ${LEFT}) != sumWithOverflowIf(line_buckets.amount, ${RIGHT}) AS differs
  FROM line_buckets WHERE ${EITHER}
  GROUP BY bucket`;

/** Dirty buckets named one by one; where there are more, the second scan asks for them again. */
export const MOST_NAMED = 1_500;

/** The first scan: how many buckets there are, how many differ, how many rows lie in those, and which they are. */
export const bucketsCompared = defineQuestion({
  engine: "clickhouse",
  name: "line.buckets-compared",
  params: z.object(Sides),
  row: z.object({ buckets: CountColumn, dirty: CountColumn, rowsDirty: CountColumn, named: z.array(z.int()) }),
  sql: `SELECT count() AS buckets, countIf(differs) AS dirty, sumIf(both, differs) AS rowsDirty,
      groupArrayIf(${MOST_NAMED})(bucket, differs) AS named
    FROM (${BUCKETS})`,
});

export const RowsAsked = z.object({
  ...Sides,
  /** Buckets from the first up to and without the second: what is held at a time is bounded by that. */
  from: z.int(),
  to: z.int(),
  limit: z.int(),
});

const SEPARATOR = "\u001f";

export const DifferingRow = z.object({
  side: z.enum(["left", "right"]),
  key: z.string().transform((text) => text.split(SEPARATOR)),
  amount: z.string(),
  currency: z.string(),
  dimensions: z.string().transform((text) => text.split(SEPARATOR)),
});
export type DifferingRow = z.infer<typeof DifferingRow>;

/**
 * The rows of every key whose rows are not the same on both sides, by key. Finding such keys reads two numbers a row;
 * only their rows are read whole.
 */
function differing(rows: string, rowHash: string): string {
  return `SELECT
      if(${LEFT}, 'left', 'right') AS side, key, toString(lines.amount) AS amount, currency, dimensions
    FROM lines
    WHERE ${rows}
      AND (bucket, key_hash) IN (
        SELECT bucket, key_hash FROM lines WHERE ${rows}
        GROUP BY bucket, key_hash
        HAVING countIf(${LEFT}) != countIf(${RIGHT})
          OR sumWithOverflowIf(${rowHash}, ${LEFT}) != sumWithOverflowIf(${rowHash}, ${RIGHT})
        ORDER BY bucket, key_hash LIMIT {limit:UInt32}
      )
    ORDER BY bucket, key_hash
    SETTINGS max_memory_usage = ${LINES_MEMORY}, max_bytes_before_external_group_by = ${LINES_MEMORY / 4},
      max_bytes_before_external_sort = ${LINES_MEMORY / 4}`;
}

const RANGE = `${EITHER} AND bucket >= {from:UInt32} AND bucket < {to:UInt32}`;

/** The second scan: differing rows, read from the buckets that differ only. */
export const differingRowsOfDirtyBuckets = defineQuestion({
  engine: "clickhouse",
  name: "line.differing-of-dirty-buckets",
  params: RowsAsked,
  row: DifferingRow,
  sql: differing(`${RANGE} AND bucket IN (SELECT bucket FROM (${BUCKETS}) WHERE differs)`, "row_hash"),
});

/** The same where the buckets are few enough to be named. */
export const differingRowsOfNamedBuckets = defineQuestion({
  engine: "clickhouse",
  name: "line.differing-of-named-buckets",
  params: RowsAsked.extend({ buckets: z.array(z.int()) }),
  row: DifferingRow,
  sql: differing(`${RANGE} AND bucket IN {buckets:Array(UInt16)}`, "row_hash"),
});

/** Differing rows, every row of the range being read: where so many buckets differ that picking them gains nothing. */
export const differingRows = defineQuestion({
  engine: "clickhouse",
  name: "line.differing",
  params: RowsAsked,
  row: DifferingRow,
  sql: differing(RANGE, "row_hash"),
});

/**
 * The same where hashes made at ingest say nothing, because only some dimensions are compared or a sign is turned: rows are
 * hashed as they are read. Dimensions are given by their places, from 1.
 */
export const differingRowsInShared = defineQuestion({
  engine: "clickhouse",
  name: "line.differing-in-shared",
  params: RowsAsked.extend({
    leftDimensions: z.array(z.int()),
    rightDimensions: z.array(z.int()),
    leftSign: z.int(),
    rightSign: z.int(),
  }),
  row: DifferingRow,
  sql: differing(
    RANGE,
    `cityHash64(
      key_hash, lines.amount * if(${LEFT}, {leftSign:Int8}, {rightSign:Int8}), currency,
      arrayMap(at -> splitByChar(char(31), lines.dimensions)[at], if(${LEFT}, {leftDimensions:Array(UInt32)}, {rightDimensions:Array(UInt32)})))`,
  ),
});
