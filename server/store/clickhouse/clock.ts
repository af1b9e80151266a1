import * as z from "zod";
import { defineQuestion } from "../question.ts";

/** The engine's own time, in milliseconds since 1970. */
export const clickhouseNow = defineQuestion({
  engine: "clickhouse",
  name: "clock.now",
  params: z.object({}),
  row: z.object({ now: z.coerce.number() }),
  sql: "SELECT toUnixTimestamp64Milli(now64(3)) AS now",
});
