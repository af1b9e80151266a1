import type { LineageEvent, Warning } from "../../schemas/event/open-lineage.ts";
import { deriveCorrelations } from "./derive-correlations.ts";
import { deriveIo, derivePeriodStatuses, deriveTotals, deriveWatermarks } from "./derive-figures.ts";
import { deriveSteps } from "./derive-steps.ts";
import { deriveNames } from "./derive-names.ts";
import { EVENT_RANK, foldEvent } from "./fold-event.ts";
import type { IncomingRow } from "./incoming-row.ts";

/** What is known of an event besides its content. */
export type Arrival = Pick<IncomingRow, "eventId" | "receivedAt" | "door" | "source" | "envelope" | "raw">;

const NO_JOB = { namespace: "", name: "" };

/** Makes the row an event is stored as: the raw text and all that is derived from it. A pure function of both. */
export function prepare(lineage: LineageEvent, warnings: Warning[], arrival: Arrival): IncomingRow {
  const { eventId, receivedAt, door, source, envelope, raw } = arrival;
  const { kind, event } = lineage;
  const job = kind === "dataset" ? NO_JOB : lineage.event.job;
  const run = kind === "run" ? lineage.event : null;
  const totals = deriveTotals(lineage, warnings);
  return {
    eventId,
    receivedAt,
    door,
    source,
    kind,
    eventTime: event.eventTime,
    eventType: run?.eventType ?? "",
    rank: run?.eventType ? EVENT_RANK[run.eventType] : 0,
    producer: event.producer,
    jobNamespace: job.namespace,
    jobName: job.name,
    runId: run?.run.runId ?? "",
    run: run && foldEvent(run),
    io: deriveIo(lineage),
    ...deriveSteps(lineage),
    watermarks: deriveWatermarks(lineage),
    totals,
    periodStatuses: derivePeriodStatuses(lineage),
    correlations: deriveCorrelations(lineage, totals),
    names: deriveNames(lineage),
    warnings,
    envelope,
    raw,
  };
}
