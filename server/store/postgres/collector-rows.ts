import * as z from "zod";
import { CollectorRow } from "../../../schemas/wire/live.ts";
import { defineQuestion } from "../question.ts";

export const saveCollectorRow = defineQuestion({
  engine: "postgres",
  name: "collector.save-row",
  params: z.object({ system: z.string(), body: z.string() }),
  row: z.never(),
  sql: `INSERT INTO collector_rows (system, body) VALUES ($1, $2::json)
    ON CONFLICT (system) DO UPDATE SET body = excluded.body`,
});

export const collectorRows = defineQuestion({
  engine: "postgres",
  name: "collector.rows",
  params: z.object({}),
  row: z.object({ body: CollectorRow }),
  sql: "SELECT body FROM collector_rows",
});
