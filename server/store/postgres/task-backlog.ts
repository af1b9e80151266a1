import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { BigintColumn } from "./columns.ts";

/** Tasks that could have been taken up and were not, and how many seconds of real time the oldest has waited. */
export const taskBacklog = defineQuestion({
  engine: "postgres",
  name: "task.backlog",
  params: z.object({}),
  row: z.object({ waiting: BigintColumn, oldestSeconds: z.coerce.number() }),
  sql: `SELECT count(*) AS waiting,
      coalesce(extract(epoch FROM now() - min(greatest(created_on, start_after))), 0)::float8 AS "oldestSeconds"
    FROM tasks.job WHERE state IN ('created', 'retry') AND start_after <= now()`,
});
