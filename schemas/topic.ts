import type { AlertPulse } from "./wire/alert.ts";
import type { CloseRow } from "./wire/board.ts";
import type { BreakRow } from "./wire/break.ts";
import type { FlowStrip } from "./wire/flow-strip.ts";
import type { IncidentRow } from "./wire/incident.ts";
import type { TieLine } from "./wire/line.ts";
import type { ClockRow, CollectorRow, QuarantineRow, RequestRow, RequestTopicRow } from "./wire/live.ts";
import type { ReconcileRow } from "./wire/reconcile-matrix.ts";
import type { EntityReadiness, ReportImpact } from "./wire/readiness.ts";
import type { DeskRow } from "./wire/request.ts";
import type { SignoffRow } from "./wire/signoff.ts";

/**
 * Live topics over socket.io. A topic is a keyed set of rows: a client subscribes, is answered a snapshot with a
 * sequence number, then receives changes numbered one by one; a gap means asking for the snapshot again.
 */
export interface TopicRows {
  /** `close/2026-10`: keys `head`, `entity:<id>`, `hold:<id>`. */
  close: CloseRow;
  /** `line/2026-10/DE01`: the tie-out lines of one entity, by reconciliation id. */
  line: TieLine;
  /** `flows/2026-10`: strips by `<flow>:<entity>`. */
  flows: FlowStrip;
  /** `clock`: the one key `clock`. */
  clock: ClockRow;
  /** `collectors`: by system id. */
  collectors: CollectorRow;
  /** `quarantine`: the newest, by id. */
  quarantine: QuarantineRow;
  /** `requests`: the newest, by id. */
  requests: RequestRow;
  /** `request/<id>`: the key `head`, and steps by `step:<id>`. */
  request: RequestTopicRow;
  /** `desk`: freezes, quotas, failed steps, schedules and delegations, by kind and id. */
  desk: DeskRow;
  /** `reconcile/2026-10`: keys `head`, `rule:<id>`, `cell:<rule>:<entity>`. */
  reconcile: ReconcileRow;
  /** `breaks`: all that are not settled and those settled last, by id. */
  breaks: BreakRow;
  /** `signoffs/2026-10`: the latest sign-off of each entity and milestone, by id. */
  signoffs: SignoffRow;
  /** `readiness/2026-10/DE01`: the one key `entity`. */
  readiness: EntityReadiness;
  /** `impact/2026-10`: dashboards that show numbers they should not, by report id. */
  impact: ReportImpact;
  /** `incidents`: everything not resolved and what was resolved last, by id, in the words of the subscriber's role. */
  incidents: IncidentRow;
  /** `alerts`: the one key `inbox`; it moves when inboxes or silences do. */
  alerts: AlertPulse;
}
export type TopicName = keyof TopicRows;

export interface Snapshot<Row = unknown> {
  topic: string;
  sequence: number;
  rows: Record<string, Row>;
}
export interface Change<Row = unknown> {
  topic: string;
  /** One more than the last change or the snapshot. */
  sequence: number;
  set: Record<string, Row>;
  drop: string[];
}
export type Refusal = { refused: string };

export interface ServerToClient {
  change: (change: Change) => void;
}
export interface ClientToServer {
  subscribe: (topic: string, reply: (answer: Snapshot | Refusal) => void) => void;
  unsubscribe: (topic: string) => void;
}
