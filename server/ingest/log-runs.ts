import type { Logger } from "pino";
import type { IncomingRow } from "./incoming-row.ts";

/** Logs how runs went, each with its correlation ID: what failed for everybody, every step for whoever looks closely. */
export function logRuns(log: Logger, rows: readonly IncomingRow[]): void {
  const closely = log.isLevelEnabled("debug");
  for (const { kind, eventType, runId, jobNamespace, jobName, correlations, source } of rows) {
    if (kind !== "run") continue;
    const failed = eventType === "FAIL" || eventType === "ABORT";
    if (!failed && !closely) continue;
    const correlationId = correlations[0]?.correlationId ?? null;
    const entry = { runId, correlationId, jobNamespace, jobName, eventType, source };
    if (failed) log.info(entry, "a run failed");
    else log.debug(entry, "a run was heard of");
  }
}
