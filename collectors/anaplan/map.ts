import type { ControlTotal, OutcomeFacet, Position, RunException } from "../../schemas/event/facets.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { runIdOf } from "../run-id.ts";
import { producerOf, signedRun } from "../signed-event.ts";
import type { AnaplanSettings, Load } from "./settings.ts";
import {
  decimalOf,
  failureExceptions,
  failureTexts,
  finishedSteps,
  firstStepStart,
  lastStepEnd,
  rejectionExceptions,
  rowsOf,
} from "./task-outcome.ts";
import type { Task } from "./vendor.ts";
import type { ViewRow } from "./views.ts";

const PRODUCER = producerOf("anaplan");

/** A line of the load log: which batch a process was started for. Instants in epoch milliseconds. */
export interface LogLine {
  batch: string | null;
  period: string | null;
  snapshotAsOf: number | null;
  receivedAt: number;
}

/** A task with all that was read about it. */
export interface Reading {
  namespace: string;
  process: string;
  entity: string;
  load: Load;
  task: Task;
  line: LogLine | null;
  /** Rows of its failure dumps. */
  refused: readonly Record<string, string>[];
  /** What the module adds up to, where it still holds this task's batch. */
  totals: readonly ControlTotal[];
}

/** An event and the state it tells of; each state of a task is told once. */
export interface Told {
  state: string;
  event: RunEvent;
}

export function isOver(task: { taskState: string }): boolean {
  return task.taskState === "COMPLETE" || task.taskState === "CANCELLED";
}

export function delivered(task: Task): boolean {
  return task.taskState === "COMPLETE" && task.result?.successful === true;
}

/** Every event a task's present state implies, oldest first. The same answers of Anaplan make the same events. */
export function eventsOf(reading: Reading, settings: AnaplanSettings): Told[] {
  const { task } = reading;
  const told: Told[] = [
    { state: "START", event: eventOf(reading, "START", task.creationTime, { vendorStatus: "NOT_STARTED" }) },
  ];
  if (task.taskState === "NOT_STARTED") return told;
  if (!isOver(task)) return [...told, ...running(reading)];
  const rows = rowsOf(task);
  const counts = rows && { rowsRead: rows.read, rowsWritten: rows.written, rowsRejected: rows.rejected };
  // A millisecond keeps the end behind the start where Anaplan tells no times at all.
  const endedAt = Math.max(lastStepEnd(task) ?? 0, task.creationTime + 1);
  if (task.taskState === "CANCELLED") {
    const outcome = { vendorStatus: "CANCELLED", ...counts };
    return [...told, { state: "ABORT", event: eventOf(reading, "ABORT", endedAt, outcome) }];
  }
  if (!delivered(task)) {
    const outcome = { vendorStatus: "COMPLETE, not successful", ...counts };
    const event = eventOf(reading, "FAIL", endedAt, outcome, failureExceptions(task));
    return [...told, { state: "FAIL", event }];
  }
  const exceptions = rejectionExceptions(task, reading.refused, settings.dump);
  const partial = (rows?.rejected ?? 0) > 0 || exceptions.length > 0;
  const outcome: OutcomeFacet = {
    vendorStatus: "COMPLETE",
    ...(partial && { qualifier: "partial" as const }),
    ...counts,
  };
  return [...told, { state: "COMPLETE", event: eventOf(reading, "COMPLETE", endedAt, outcome, exceptions) }];
}

function running(reading: Reading): Told[] {
  const { task } = reading;
  const startedAt = Math.max(firstStepStart(task) ?? 0, task.creationTime + 1);
  const at = Math.max(lastStepEnd(task) ?? 0, startedAt);
  if (task.taskState === "CANCELLING") {
    const outcome: OutcomeFacet = { vendorStatus: "CANCELLING", qualifier: "aborting" };
    return [{ state: "CANCELLING", event: eventOf(reading, "RUNNING", at + 1, outcome) }];
  }
  // Progress is told where a step ends, because only that has a time of Anaplan's own.
  const progress = Math.min(1, Math.max(0, task.progress ?? 0));
  const outcome = { vendorStatus: task.taskState, progress };
  return [{ state: `RUNNING ${finishedSteps(task)}`, event: eventOf(reading, "RUNNING", at, outcome) }];
}

function eventOf(
  reading: Reading,
  eventType: EventType,
  at: number,
  outcome: OutcomeFacet,
  exceptions: RunException[] = [],
): RunEvent {
  const { namespace, task, load, line, entity } = reading;
  const period = line?.period ?? undefined;
  const texts = eventType === "FAIL" ? failureTexts(task) : [];
  return signedRun(PRODUCER, {
    eventType,
    at: iso(at),
    runId: runIdOf(namespace, task.taskId),
    job: { namespace, name: reading.process },
    facets: {
      tieout_outcome: outcome,
      tieout_correlation: line?.batch ? { correlationId: line.batch } : undefined,
      tieout_exceptions:
        exceptions.length > 0
          ? { exceptions: exceptions.map((exception) => ({ ...exception, entity, ...(period && { period }) })) }
          : undefined,
      errorMessage: texts.length > 0 ? { message: texts.join("\n"), programmingLanguage: "Anaplan" } : undefined,
    },
    inputs: load.reads,
    outputs: [{ namespace, name: load.fills, facets: outputFacets(reading, eventType === "COMPLETE", at) }],
  });
}

function outputFacets({ line, load, entity, totals, task }: Reading, complete: boolean, at: number) {
  if (!line?.period) return {};
  const position: Position = { entity, ledger: load.ledger, period: line.period, version: load.version };
  if (complete && line.snapshotAsOf !== null) {
    Object.assign(position, { completeThrough: iso(line.snapshotAsOf), snapshotAsOf: iso(line.snapshotAsOf) });
  }
  const reported = complete ? (load.totalsView ? totals : rowTotals({ line, load, entity, task })) : [];
  return {
    tieout_position: { positions: [position] },
    tieout_controlTotals: reported.length > 0 ? { asOf: iso(at), totals: reported } : undefined,
  };
}

/** Where no view adds the module up, the rows a full load wrote are its count. */
function rowTotals({ line, load, entity, task }: Pick<Reading, "line" | "load" | "entity" | "task">): ControlTotal[] {
  const rows = rowsOf(task);
  if (!rows || !line?.period) return [];
  const grain = { period: line.period, entity, ledger: load.ledger, version: load.version, account: "", currency: "" };
  return [
    { ...grain, measure: "count", value: String(rows.written), ...(line.batch && { correlationId: line.batch }) },
  ];
}

/** Control totals of a module from its saved view, one row for each account. Cells that are no number are left out. */
export function totalsOf(
  rows: readonly ViewRow[],
  at: { entity: string; period: string },
  load: Load,
  names: AnaplanSettings["totals"],
): ControlTotal[] {
  return rows.flatMap((row) => {
    if ((row[names.entity] ?? at.entity) !== at.entity || (row[names.period] ?? at.period) !== at.period) return [];
    const batch = row[names.batch];
    return (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
      const value = decimalOf(row[names[measure]]);
      if (!value) return [];
      return {
        ...at,
        ledger: load.ledger,
        version: load.version,
        account: row[names.account] ?? "",
        currency: row[names.currency] ?? "",
        measure,
        value: value.toFixed(),
        ...(batch && { correlationId: batch }),
      };
    });
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
