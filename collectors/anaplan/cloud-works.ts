import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Pull, SystemOf } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { AnaplanClient } from "./client.ts";
import type { AnaplanSettings } from "./settings.ts";
import { RULES } from "./task-outcome.ts";
import type { CloudRun } from "./vendor.ts";

/** What CloudWorks calls success in part. */
const PARTIAL = "38";

/** Where a run stands. */
export function cloudState({ success, message, endDate, executionErrorCode }: CloudRun): RunState {
  if (message === "Running" || !endDate) return "running";
  if (executionErrorCode === PARTIAL) return "partial";
  if (success) return "complete";
  return /^cancell?ed/i.test(message ?? "") ? "aborted" : "failed";
}

/** Every event a run's present state implies. What it loads is told by the model's own tasks, so it fills nothing. */
export function cloudRunEvents(run: CloudRun, job: string, errors: string | null, namespace: string): RunEvent[] {
  const state = cloudState(run);
  const queuedAt = new Date(run.startDate).toISOString();
  const code = run.executionErrorCode && run.executionErrorCode !== PARTIAL ? ` (code ${run.executionErrorCode})` : "";
  const text = errors ?? `${run.message || "The run failed."}${code}`;
  return seenRunEvents(producerOf("anaplan"), namespace, {
    ...{ key: run.id, job, queuedAt, startedAt: queuedAt, state, vendorStatus: run.message ?? state },
    endedAt: run.endDate ? new Date(run.endDate).toISOString() : null,
    words: { queued: "Started", running: "Running" },
    exceptions: state === "failed" || state === "partial" ? [exceptionOf(text, RULES)] : [],
  });
}

type Row = CloudRun & { job: string };

/**
 * Reads the runs of CloudWorks' integrations on. The list of integrations, one request, tells when each ran last; only
 * those that ran since are asked for their history.
 */
export async function readCloudWorks(
  client: AnaplanClient,
  { namespace, settings }: SystemOf<AnaplanSettings>,
  cursor: WindowCursor | null,
): Promise<Pull<WindowCursor>> {
  const { overlapMinutes } = settings;
  const { rows: _, ...pull } = await readWindow<Row>(cursor, {
    now: client.vendorNow(),
    ...{ retentionDays: settings.cloudWorks?.retentionDays ?? 30, overlapMinutes, reread: true },
    async *list(from) {
      for (const { integrationId, name, latestRun } of await client.cloudWorks.integrations()) {
        const ranAt = Date.parse(latestRun?.startDate ?? "");
        if (Number.isNaN(ranAt) || ranAt < Date.parse(from)) continue;
        for await (const page of client.cloudWorks.runs(integrationId, from))
          yield page.map((run) => ({ ...run, job: name }));
      }
    },
    sight: (run) => ({
      ...{ key: run.id, changedAt: new Date(run.startDate).toISOString(), open: !hasEnded(cloudState(run)) },
      version: `${run.message ?? ""} ${run.endDate ?? ""}`,
    }),
    async events(run) {
      const failed = cloudState(run) === "failed" || cloudState(run) === "partial";
      return cloudRunEvents(run, run.job, failed ? await client.cloudWorks.errors(run.id) : null, namespace);
    },
    gap: (from, to) => gapEvent({ collector: "anaplan", namespace, history: "CloudWorks runs", from, to }),
  });
  return pull;
}
