import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";

/** Which key of a DAG run's `conf` carries what. The names are a convention between the estate and its DAGs. */
const Conf = z.strictObject({
  entity: z.string().default("entity"),
  period: z.string().default("period"),
  batch: z.string().default("correlation_id"),
  snapshotAsOf: z.string().default("snapshot_as_of"),
});

/** The grammar of `settings` for a system read by `airflow`. */
export const Settings = z.strictObject({
  /** v1 is Airflow 2, v2 is Airflow 3. */
  api: z.enum(["v1", "v2"]).default("v2"),
  /** `basic`: user and password with each request (Airflow 2); `token`: asked for at `/auth/token` (Airflow 3). */
  signIn: z.enum(["basic", "token"]).optional(),
  /** DAGs by their `dag_id`, `{entity}` where each entity has its own. */
  jobs: z.array(z.strictObject({ ...DeclaredJob.shape, ...books })).default([]),
  conf: Conf.prefault({}),
  /** How long the metadata database keeps DAG runs; whatever `airflow db clean` leaves. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** Rows on a page; the server clamps it to its `maximum_page_limit`. */
  pageSize: z.int().min(1).max(100).default(100),
  /** Airflow sets no limit of its own. */
  requestsPerSecond: z.number().positive().default(10),
});
export type Settings = z.infer<typeof Settings>;
