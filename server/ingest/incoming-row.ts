import type { EventType, Warning } from "../../schemas/event/open-lineage.ts";
import type { Measure, PeriodStatus } from "../../schemas/event/facets.ts";
import type { RunFold } from "../facts/run-fold.ts";
import type { ColumnStep, Step } from "../lineage/step.ts";

/**
 * One accepted event as it goes into the table `incoming`: the raw text, and everything the views derive from it
 * without looking inside again. Absent texts are empty, so that columns need no null.
 */
export interface IncomingRow {
  eventId: string;
  receivedAt: string;
  door: string;
  source: string;
  kind: "run" | "job" | "dataset";
  eventTime: string;
  eventType: EventType | "";
  /** Decides between events of one instant: START 1, RUNNING 2, COMPLETE 3, ABORT 4, FAIL 5; 0 changes no state. */
  rank: number;
  producer: string;
  jobNamespace: string;
  jobName: string;
  runId: string;
  /** What the event alone tells of its run; null where it is of none. */
  run: RunFold | null;
  io: IoSeen[];
  steps: Step[];
  columns: ColumnStep[];
  watermarks: WatermarkSeen[];
  totals: TotalSeen[];
  periodStatuses: PeriodStatusSeen[];
  correlations: CorrelationSeen[];
  names: NameSeen[];
  warnings: Warning[];
  /** JSON of a CloudEvent's attributes. */
  envelope: string;
  raw: string;
}

/** A dataset a run reads or writes; entity and period are empty where the run does not say. */
export interface IoSeen {
  direction: "input" | "output";
  namespace: string;
  name: string;
  entity: string;
  period: string;
}

export interface WatermarkSeen {
  namespace: string;
  name: string;
  entity: string;
  ledger: string;
  period: string;
  version: string;
  completeThrough: string;
  snapshotAsOf: string | null;
}

export interface TotalSeen {
  namespace: string;
  name: string;
  entity: string;
  ledger: string;
  period: string;
  version: string;
  account: string;
  currency: string;
  measure: Measure;
  /** Decimal text without superfluous zeros. */
  value: string;
  asOf: string;
  correlationId: string;
}

/** Whether a ledger or subledger takes postings in a period; the subledger is empty for the general ledger. */
export interface PeriodStatusSeen {
  namespace: string;
  name: string;
  entity: string;
  ledger: string;
  subledger: string;
  period: string;
  status: PeriodStatus;
  native: string;
}

/** How a run is known to belong to a correlation: it says so, a run that says so names it, or its figures carry it. */
export type CorrelationHow = "carried" | "linked" | "in-data";

export interface CorrelationSeen {
  correlationId: string;
  how: CorrelationHow;
  jobNamespace: string;
  jobName: string;
  runId: string;
}

/** What a name is: a run that is named, or something two systems both know. */
export type NameKind =
  | "parent"
  | "root"
  | "upstream"
  | "downstream"
  | "causation"
  | "idempotency"
  | "message"
  | "file"
  | "file-hash"
  | "batch"
  | "query"
  | "version"
  | "document";

/** A name in an event under which its run can be found again from elsewhere. */
export interface NameSeen {
  kind: NameKind;
  name: string;
}
