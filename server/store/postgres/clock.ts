import * as z from "zod";
import { defineQuestion } from "../question.ts";

/** The engine's own time, in milliseconds since 1970. */
export const postgresNow = defineQuestion({
  engine: "postgres",
  name: "clock.now",
  params: z.object({}),
  row: z.object({ now: z.number() }),
  sql: "SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now",
});
