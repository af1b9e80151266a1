import * as z from "zod";
import { defineQuestion } from "../question.ts";

/**
 * What some fields are made of (`up`) or go into (`down`), as effective and as known by an instant. Fields are asked
 * for as pairs of node and field; "*" stands for all of a node's. Told explicitly beats told by columns.
 */
export const columnsFrom = defineQuestion({
  engine: "clickhouse",
  name: "lineage-column.from",
  params: z.object({
    nodes: z.array(z.string()).max(2000),
    fields: z.array(z.string()).max(2000),
    direction: z.enum(["down", "up"]),
    effectiveAt: z.string(),
    knownAt: z.string(),
  }),
  row: z.object({
    node: z.string(),
    field: z.string(),
    other: z.string(),
    otherField: z.string(),
    via: z.string(),
    how: z.enum(["column", "explicit"]),
    transformation: z.object({ at: z.string(), kind: z.string(), text: z.string() }),
    lastSeenAt: z.string(),
  }),
  sql: `SELECT node, field, other, other_field AS otherField, via, how,
      max(lineage_columns.transformation) AS transformation,
      max(arrayMax(arrayFilter(
        (at, known) -> at <= parseDateTime64BestEffort({effectiveAt:String}, 3)
          AND known <= parseDateTime64BestEffort({knownAt:String}, 3),
        [first.1, soonest.2, latest.1],
        [first.2, soonest.1, fromUnixTimestamp64Milli(-latest.2, 'UTC')]
      ))) AS lastSeenAt
    FROM lineage_columns
    WHERE node IN {nodes:Array(String)} AND direction = {direction:String}
      AND arrayExists((n, f) -> n = node AND (f = '*' OR f = field), {nodes:Array(String)}, {fields:Array(String)})
    GROUP BY node, field, other, other_field, via, how
    HAVING lastSeenAt > toDateTime64(0, 3)
    ORDER BY node, field, other, other_field LIMIT 20000`,
});
