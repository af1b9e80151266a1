import { evidenceBuild } from "./evidence-build.ts";
import { evidenceRetention } from "./evidence-retention.ts";
import { alertDispatch } from "./alert-dispatch.ts";
import { auditCheckpoint } from "./audit-checkpoint.ts";
import { linesFetch } from "./lines-fetch.ts";
import { requestAdvance } from "./request-advance.ts";
import { requestExpire } from "./request-expire.ts";
import { requestReport } from "./request-report.ts";
import { requestResume } from "./request-resume.ts";
import { requestTell } from "./request-tell.ts";
import { requestVerify } from "./request-verify.ts";
import { requestWatch } from "./request-watch.ts";
import { roleEndTaken } from "./role-end-taken.ts";
import type { Task } from "./task.ts";

/** Every task there is. */
export const TASKS: readonly Task[] = [
  alertDispatch,
  auditCheckpoint,
  evidenceBuild,
  evidenceRetention,
  requestAdvance,
  requestTell,
  requestExpire,
  requestVerify,
  requestReport,
  requestResume,
  requestWatch,
  linesFetch,
  roleEndTaken,
];
