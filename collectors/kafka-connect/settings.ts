import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { wholeTables } from "../open-places.ts";
import { RunState } from "../seen-run.ts";

const Connector = z.strictObject({
  ...DeclaredJob.shape,
  ...wholeTables,
  /** A source connector that keeps an offset for each batch it loads, as the README tells; its batches are runs. */
  batches: z.boolean().default(false),
});

/** The grammar of `settings` for a system read by `kafka-connect`. */
export const Settings = z.strictObject({
  connectors: z.array(Connector).min(1),
  /** States beyond Apache's, such as those of Confluent Cloud. */
  otherStates: z
    .record(z.string(), RunState)
    .default({ PROVISIONING: "queued", DEGRADED: "failed", DELETED: "aborted" }),
  /** A rebalance that lasts longer is a failure. */
  rebalanceMinutes: z.number().positive().default(15),
  /** How far back batches are told. */
  batchDays: z.number().positive().default(30),
  requestsPerSecond: z.number().positive().default(5),
});
export type Settings = z.infer<typeof Settings>;
