import { evidenceBuild } from "./evidence-build.ts";
import { alertDispatch } from "./alert-dispatch.ts";
import { auditCheckpoint } from "./audit-checkpoint.ts";
import { linesFetch } from "./lines-fetch.ts";
import { requestDispatch } from "./request-dispatch.ts";
import { requestExpire } from "./request-expire.ts";
import { requestTell } from "./request-tell.ts";
import type { Task } from "./task.ts";

/** Every task there is. */
export const TASKS: readonly Task[] = [alertDispatch, auditCheckpoint, evidenceBuild, requestDispatch, requestTell, requestExpire, linesFetch];
