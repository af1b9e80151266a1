import * as z from "zod";

/** Shapes of what Informatica Intelligent Cloud answers (platform REST API, versions 2 and 3). Only what is read is required. */

export const Login = z.looseObject({
  userInfo: z.looseObject({ sessionId: z.string().min(1) }),
  products: z.array(z.looseObject({ baseApiUrl: z.string() })).min(1),
});

const Rows = z.number().int().min(0).nullish();
const counts = {
  successSourceRows: Rows,
  failedSourceRows: Rows,
  successTargetRows: Rows,
  failedTargetRows: Rows,
};

/** A job that is over. Times without `Utc` are US Eastern whatever they look like, so they are not read. */
export const LogEntry = z.looseObject({
  id: z.string().min(1),
  /** The task's id; a run has a number of its own below it. */
  objectId: z.string().min(1),
  objectName: z.string(),
  runId: z.coerce.string(),
  startTimeUtc: z.string(),
  endTimeUtc: z.string().nullish(),
  /** 1 well, 2 with warnings, 3 failed. */
  state: z.number().nullish(),
  ...counts,
  errorMsg: z.string().nullish(),
  isStopped: z.boolean().nullish(),
});
export type LogEntry = z.infer<typeof LogEntry>;
export const LogPage = z.array(LogEntry);

/** A job under way. */
export const MonitorEntry = z.looseObject({
  taskId: z.string().min(1),
  taskName: z.string(),
  runId: z.coerce.string(),
  startTimeUtc: z.string(),
  /** INITIALIZED, RUNNING, STOPPING; COMPLETED and FAILED until the log has it. */
  executionState: z.string(),
  ...counts,
});
export type MonitorEntry = z.infer<typeof MonitorEntry>;
export const MonitorPage = z.array(MonitorEntry);

export const Started = z.looseObject({ taskId: z.string().nullish(), runId: z.coerce.string().nullish() });
