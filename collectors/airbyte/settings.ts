import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { wholeTables } from "../open-places.ts";
import { RunState } from "../seen-run.ts";

/** `name` is the connection's name in its workspace. */
const Connection = z.strictObject({ ...DeclaredJob.shape, ...wholeTables });

/** The grammar of `settings` for a system read by `airbyte`. */
export const Settings = z.strictObject({
  connections: z.array(Connection).min(1),
  /** Only these workspaces, where the application may see more. */
  workspaceIds: z.array(z.string()).default([]),
  /**
   * Where the configuration API of a self-managed Airbyte is, on the same host: `/api/v1`. It alone tells rows refused
   * and why a job failed.
   */
  configPath: z.string().startsWith("/").optional(),
  /** Words of jobs beyond the documented ones. */
  otherStates: z.record(z.string(), RunState).default({}),
  /** How long jobs are kept. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** Rows on a page; the vendor allows 20 to 100. */
  pageSize: z.int().min(1).max(100).default(100),
  requestsPerSecond: z.number().positive().default(5),
});
export type Settings = z.infer<typeof Settings>;
