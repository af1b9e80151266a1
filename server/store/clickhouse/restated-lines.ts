import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";
import { DifferingRow, EITHER, LEFT, RowsAsked } from "./line-differences.ts";
import { LINES_MEMORY } from "./lines-load.ts";

const VALUES = "arrayConcat(splitByChar(char(31), key), splitByChar(char(31), lines.dimensions))";
const ACCOUNT = `${VALUES}[{accountAt:UInt32}]`;

/** Whether a line of the left travels: its account lies in every range, or it tells none. */
const TRAVELS = `({accountAt:UInt32} = 0 OR ${ACCOUNT} = ''
  OR arrayAll((low, high) -> ${ACCOUNT} >= low AND ${ACCOUNT} <= high,
    {filterFrom:Array(String)}, {filterTo:Array(String)}))`;

/**
 * Lines as they should arrive: `l` tells the side, `b` and `h` place the key, `r` is everything compared. Amounts are taken
 * wider, so that no rate overflows them; they are rounded here, and told apart exactly by whoever reads the rows.
 */
const RESTATED = `
  SELECT ${LEFT} AS l, key, lines.amount AS told, currency, lines.dimensions AS dimensions,
    if(l, arrayMap((value, at) -> transform(concat(toString(at), char(31), value), {memberFrom:Array(String)}, {memberTo:Array(String)}, value),
      ${VALUES}, arrayEnumerate(${VALUES})), ${VALUES}) AS arrived,
    if({rekeyed:Bool} AND l, cityHash64(arrayStringConcat(arraySlice(arrived, 1, {keyColumns:UInt32}), char(31))), key_hash) AS h,
    bitShiftRight(h, 48) AS b,
    arrayFirstIndex((low, high) -> {accountAt:UInt32} > 0 AND arrived[{accountAt:UInt32}] >= low AND arrived[{accountAt:UInt32}] <= high,
      {exceptFrom:Array(String)}, {exceptTo:Array(String)}) AS exception,
    if(l, transform(concat(currency, ' ', {kinds:Array(String)}[if(exception = 0, length({kinds:Array(String)}), exception)]),
      {rateOf:Array(String)}, {rates:Array(String)}, ''), '') AS rate,
    cityHash64(h,
      if(rate = '', toDecimal256(told * if(l, 1, {rightSign:Int8}), 24),
        round(toDecimal256(told, 12) * toDecimal256OrZero(rate, 12), {digits:UInt8})),
      if(rate = '', currency, {translatedTo:String}),
      arrayMap(at -> arrived[at], if(l, {leftPlaces:Array(UInt32)}, {rightPlaces:Array(UInt32)}))) AS r
  FROM lines
  WHERE ${EITHER} AND (NOT (${LEFT}) OR ${TRAVELS})
    AND (({rekeyed:Bool} AND ${LEFT}) OR (bucket >= {from:UInt32} AND bucket < {to:UInt32}))`;

const Filters = { accountAt: z.int(), filterFrom: z.array(z.string()), filterTo: z.array(z.string()) };

/**
 * Differing rows where a rule declares what happens to lines on their way: members led elsewhere, accounts kept back,
 * amounts translated. Places of columns count from 1, the key's first. No list may be empty: what is to change nothing is
 * a list of something no line says.
 */
export const differingRowsRestated = defineQuestion({
  engine: "clickhouse",
  name: "line.differing-restated",
  params: RowsAsked.extend({
    ...Filters,
    ...{ rightSign: z.int(), keyColumns: z.int(), rekeyed: z.boolean() },
    /** `place␟member` and where it leads. */
    memberFrom: z.array(z.string()),
    memberTo: z.array(z.string()),
    exceptFrom: z.array(z.string()),
    exceptTo: z.array(z.string()),
    /** Kinds of rate of the exceptions in their order, then the usual one. */
    kinds: z.array(z.string()),
    /** `currency kind`, and the rate. */
    rateOf: z.array(z.string()),
    rates: z.array(z.string()),
    ...{ translatedTo: z.string(), digits: z.int(), leftPlaces: z.array(z.int()), rightPlaces: z.array(z.int()) },
  }),
  row: DifferingRow,
  sql: `SELECT if(l, 'left', 'right') AS side, key, toString(told) AS amount, currency, dimensions
    FROM (${RESTATED})
    WHERE b >= {from:UInt32} AND b < {to:UInt32}
      AND (b, h) IN (
        SELECT b, h FROM (${RESTATED}) WHERE b >= {from:UInt32} AND b < {to:UInt32}
        GROUP BY b, h
        HAVING countIf(l) != countIf(NOT l) OR sumWithOverflowIf(r, l) != sumWithOverflowIf(r, NOT l)
        ORDER BY b, h LIMIT {limit:UInt32}
      )
    ORDER BY b, h
    SETTINGS max_memory_usage = ${LINES_MEMORY}, max_bytes_before_external_group_by = ${LINES_MEMORY / 4},
      max_bytes_before_external_sort = ${LINES_MEMORY / 4}`,
});

/** What a rule's filters keep back of the left, by currency. */
export const linesKeptBack = defineQuestion({
  engine: "clickhouse",
  name: "line.kept-back",
  params: z.object({ left: z.array(z.string()), ...Filters }),
  row: z.object({ currency: z.string(), lines: CountColumn, amount: z.string() }),
  sql: `SELECT currency, count() AS lines, toString(sum(toDecimal256(lines.amount, 12))) AS amount
    FROM lines WHERE ${LEFT} AND NOT ${TRAVELS} GROUP BY currency ORDER BY currency`,
});
