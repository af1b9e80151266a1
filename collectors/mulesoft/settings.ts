import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";

const Flow = z.strictObject({ ...DeclaredJob.shape, ...books });

const App = z.strictObject({
  /** As Runtime Manager names the deployment. */
  name: z.string().min(1),
  /** Flows that write run lines, by the `job` of their lines. */
  flows: z.array(Flow).min(1),
});
export type App = z.infer<typeof App>;

/** The grammar of `settings` for a system read by `mulesoft`. */
export const Settings = z.strictObject({
  organizationId: z.string().min(1),
  environmentId: z.string().min(1),
  /** Apps on CloudHub 2.0 or Runtime Fabric. */
  apps: z.array(App).min(1),
  /** What a run line begins with; JSON follows. */
  marker: z.string().min(1).default("tieout"),
  /** Queues of Anypoint MQ whose growth is a failure. */
  deadLetters: z.array(z.strictObject({ region: z.string(), queue: z.string() })).default([]),
  /** Where a flow's scheduler is run at once; `{deployment}` and `{flow}` are filled in. Nobody could verify it. */
  schedulerPath: z.string().startsWith("/").default("/deployments/{deployment}/schedulers/{flow}/run"),
  /** How long logs are kept. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** Lines asked for at a time. */
  pageSize: z.int().min(1).max(1000).default(500),
  /** CloudHub's management allows 75 a minute in the US and 25 elsewhere. */
  requestsPerSecond: z.number().positive().default(1),
});
export type Settings = z.infer<typeof Settings>;
