import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { wholeTables } from "../open-places.ts";
import { RunState } from "../seen-run.ts";

const Task = z.strictObject({ ...DeclaredJob.shape, ...wholeTables });

/** The grammar of `settings` for a system read by `informatica`. */
export const Settings = z.strictObject({
  tasks: z.array(Task).min(1),
  /** The type a task is started as: MTT mapping, DSS synchronisation, WORKFLOW linear taskflow, … */
  taskType: z.enum(["DMASK", "DRS", "DSS", "MTT", "PCS", "WORKFLOW"]).default("MTT"),
  /** Words and numbers of states beyond the documented ones. */
  otherStates: z.record(z.string(), RunState).default({}),
  /** Rows the service refused are read from a job's error log, below the address of the activity log. */
  errorLogPath: z.string().startsWith("/").default("/api/v2/activity/errorLog/{id}"),
  /** How long the activity log goes back. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** Rows of the activity log on a page; the vendor caps it at 1000. */
  pageSize: z.int().min(1).max(1000).default(200),
  requestsPerSecond: z.number().positive().default(2),
});
export type Settings = z.infer<typeof Settings>;
