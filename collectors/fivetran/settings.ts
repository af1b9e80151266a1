import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { wholeTables } from "../open-places.ts";
import { RunState } from "../seen-run.ts";

/** `name` is the connection's schema in the destination, which is how Fivetran tells connections apart. */
const Connection = z.strictObject({ ...DeclaredJob.shape, ...wholeTables });

/** Under which names the sync history tells what. Nobody could verify them. */
const HistoryKeys = z.strictObject({
  id: z.string().default("sync_id"),
  status: z.string().default("status"),
  startedAt: z.string().default("sync_start"),
  endedAt: z.string().default("sync_end"),
  reason: z.string().default("reason"),
  /** Rows, where the history tells any. */
  rowsRead: z.string().optional(),
  rowsWritten: z.string().optional(),
});

/** The grammar of `settings` for a system read by `fivetran`. */
export const Settings = z.strictObject({
  connections: z.array(Connection).min(1),
  historyKeys: HistoryKeys.prefault({}),
  /** Words of the history beyond those of its events. */
  otherStates: z.record(z.string(), RunState).default({ SYNCING: "running", RUNNING: "running", SCHEDULED: "queued" }),
  /** The header that carries a webhook's signature. */
  signatureHeader: z.string().min(1).default("x-fivetran-signature-256"),
  /** How long the sync history goes back. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(60),
  /** Rows on a page; the vendor caps it at 1000. */
  pageSize: z.int().min(1).max(1000).default(100),
  /** A paid account may ask 20,000 times an hour, one on trial 500. */
  requestsPerSecond: z.number().positive().default(2),
});
export type Settings = z.infer<typeof Settings>;
