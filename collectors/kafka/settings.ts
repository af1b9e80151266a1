import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";

/** The grammar of `settings` for a system read by `kafka`. */
export const Settings = z.strictObject({
  topics: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** Holds what a connector could not deliver: each message is a failure. */
        deadLetters: z.boolean().default(false),
        /** Messages are Avro with the id of their schema in front; the connection names the registry. */
        avro: z.boolean().default(false),
        /** Holds events sent to Tieout through Kafka: each is taken in exactly as the HTTP doors take it. */
        front: z.boolean().default(false),
      }),
    )
    .min(1),
  /** Jobs as messages name them. */
  jobs: z.array(z.strictObject({ ...DeclaredJob.shape, ...books })).default([]),
  /** Of brokers; `https:` addresses are those of a REST proxy. */
  tls: z.boolean().default(true),
  mechanism: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]).default("PLAIN"),
  /** Names this reader; nothing is committed to it, because the cursor is kept here. */
  group: z.string().default("tieout"),
  /** Bytes of one topic in one step. */
  stepBytes: z
    .int()
    .positive()
    .default(4 * 1024 * 1024),
  /** Of a REST proxy. */
  requestsPerSecond: z.number().positive().default(10),
});
export type Settings = z.infer<typeof Settings>;
