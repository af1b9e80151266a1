import * as z from "zod";
import { HOWS } from "../../lineage/step.ts";
import { defineQuestion } from "../question.ts";

/** A sighting in epoch milliseconds: when it took effect, when it became known. */
const Sighted = z.tuple([z.number(), z.number()]);

const SIGHTINGS = `
  [toFloat64(toUnixTimestamp64Milli(min(first).1)), toFloat64(toUnixTimestamp64Milli(min(first).2))] AS earliest,
  [toFloat64(toUnixTimestamp64Milli(min(soonest).2)), toFloat64(toUnixTimestamp64Milli(min(soonest).1))] AS soonestKnown,
  [toFloat64(toUnixTimestamp64Milli(max(latest).1)), toFloat64(-max(latest).2)] AS newest`;

const SightingColumns = { earliest: Sighted, soonestKnown: Sighted, newest: Sighted };

/** Steps with their sightings, a row a day, in the order of origin and destination; a page never ends within a pair. */
export const stepsAfter = defineQuestion({
  engine: "clickhouse",
  name: "lineage-step.after",
  params: z.object({ origin: z.string(), destination: z.string(), limit: z.int() }),
  row: z.object({
    origin: z.string(),
    destination: z.string(),
    how: z.enum(HOWS),
    via: z.string(),
    producer: z.string(),
    ...SightingColumns,
  }),
  // Folded while merging, as the parts are sorted already: grouping millions of rows by five texts takes a hundred times as
  // long. The condition is spelled out because of two columns compared as a pair the key makes nothing.
  sql: `SELECT origin, destination, how, via, producer,
      [toFloat64(toUnixTimestamp64Milli(first.1)), toFloat64(toUnixTimestamp64Milli(first.2))] AS earliest,
      [toFloat64(toUnixTimestamp64Milli(soonest.2)), toFloat64(toUnixTimestamp64Milli(soonest.1))] AS soonestKnown,
      [toFloat64(toUnixTimestamp64Milli(latest.1)), toFloat64(-latest.2)] AS newest
    FROM lineage_steps FINAL
    WHERE origin > {origin:String} OR (origin = {origin:String} AND destination > {destination:String})
    ORDER BY origin, destination LIMIT {limit:UInt64} WITH TIES`,
});

/** Who told of one step, how, and since when until when; as known at an instant. */
export const stepEvidence = defineQuestion({
  engine: "clickhouse",
  name: "lineage-step.evidence",
  params: z.object({ origin: z.string(), destination: z.string() }),
  row: z.object({
    how: z.enum(HOWS),
    via: z.string(),
    producer: z.string(),
    days: z.number(),
    ...SightingColumns,
  }),
  sql: `SELECT how, via, producer, toFloat64(uniqExact(day)) AS days, ${SIGHTINGS}
    FROM lineage_steps WHERE origin = {origin:String} AND destination = {destination:String}
    GROUP BY how, via, producer ORDER BY how, via, producer LIMIT 1000`,
});
