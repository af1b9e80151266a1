import * as z from "zod";
import { defineQuestion } from "../question.ts";

const LineRow = z.object({
  load: z.string(),
  key: z.string(),
  amount: z.string(),
  currency: z.string(),
  dimensions: z.string(),
});

const COLUMNS = "load, key, toString(lines.amount) AS amount, currency, dimensions";

/** Lines of some loads that one column of the key names: a document number, a line's own id. */
export const linesNamed = defineQuestion({
  engine: "clickhouse",
  name: "trace.lines-named",
  params: z.object({ loads: z.array(z.string()), document: z.string(), limit: z.int() }),
  row: LineRow,
  sql: `SELECT ${COLUMNS} FROM lines
    WHERE load IN (SELECT toUUID(arrayJoin({loads:Array(String)})))
      AND position(key, {document:String}) > 0 AND has(splitByChar(char(31), key), {document:String})
    ORDER BY load, key, lines.amount LIMIT {limit:UInt32}`,
});

/** Lines of some loads, the largest amounts first; of one value of a dimension where `at` says which, from 1. */
export const linesBehind = defineQuestion({
  engine: "clickhouse",
  name: "trace.lines-behind",
  params: z.object({ loads: z.array(z.string()), at: z.int(), value: z.string(), limit: z.int() }),
  row: LineRow,
  sql: `SELECT ${COLUMNS} FROM lines
    WHERE load IN (SELECT toUUID(arrayJoin({loads:Array(String)})))
      AND ({at:UInt32} = 0 OR splitByChar(char(31), dimensions)[{at:UInt32}] = {value:String})
    ORDER BY abs(lines.amount) DESC, key LIMIT {limit:UInt32}`,
});

/** The same of one value of the key. */
export const linesKeyed = defineQuestion({
  engine: "clickhouse",
  name: "trace.lines-keyed",
  params: z.object({ loads: z.array(z.string()), at: z.int(), value: z.string(), limit: z.int() }),
  row: LineRow,
  sql: `SELECT ${COLUMNS} FROM lines
    WHERE load IN (SELECT toUUID(arrayJoin({loads:Array(String)})))
      AND splitByChar(char(31), key)[{at:UInt32}] = {value:String}
    ORDER BY abs(lines.amount) DESC, key LIMIT {limit:UInt32}`,
});
