import type { Logger } from "pino";
import type { Connected } from "../collectors/collector.ts";
import type { Estate } from "../schemas/estate/estate.ts";
import type { DatasetEvent, RunEvent } from "../schemas/event/open-lineage.ts";
import type { Role } from "../schemas/estate/role.ts";
import type { TopicName } from "../schemas/topic.ts";
import type { ClickHouse } from "./store/clickhouse.ts";
import type { Asking, Postgres } from "./store/postgres.ts";
import type { Facts } from "../schemas/facts.ts";
import type { LineageMemory } from "./lineage-answers/open-lineage.ts";
import type { Metrics } from "./metrics.ts";
import type { Alerting } from "./notify/alerting.ts";

/** The clock every verdict is judged by; in the demo it is the sandbox's. Sign-in and keys use real time. */
export interface Clock {
  now(): Date;
}

/** Who acts: a person with a session, a key, or Tieout itself. */
export interface Actor {
  kind: "person" | "key" | "rule";
  id: string;
  name: string;
  /** What they act as: a person's own role, or the one taken for a time. */
  role: Role | null;
  /** Entities in scope. */
  entities: "all" | readonly string[];
  /** Periods an auditor's sight is limited to; none where it is not. */
  periods?: readonly string[];
  /** Key scopes, or those a role brings. */
  scopes: readonly Scope[];
  /** Namespaces a key may speak for, each whole or up to a `*`; all where absent. */
  namespaces?: readonly string[];
}

/** What an actor may do. Verbs check these; the console only mirrors them. */
export type Scope =
  | "ingest:write"
  | "lines:write"
  | "board:read"
  | "run:read"
  | "run:raw"
  | "quarantine:read"
  | "quarantine:resubmit"
  | "request:create"
  | "request:read"
  | "request:approve"
  | "request:execute"
  | "request:freeze"
  | "request:break-glass"
  | "clock:drive"
  | "collector:read"
  | "key:manage"
  | "person:manage"
  | "access:read"
  | "audit:read"
  | "evidence:read"
  | "evidence:build"
  | "hold:manage"
  | "signoff:read"
  | "signoff:prepare"
  | "signoff:review"
  | "signoff:certify"
  | "waiver:grant"
  | "break:explain"
  | "break:review"
  | "check:run"
  | "incident:read"
  | "incident:act"
  | "alert:read"
  | "silence:manage"
  | "access:break-glass";

export interface EnqueueOptions {
  key?: string;
  /** Real seconds to wait first. */
  afterSeconds?: number;
  /** The task is taken only if this transaction is committed. */
  tx?: Asking;
}

/** Where the audit log's key stands, and where its checkpoints are said outside. */
export interface LogKeeping {
  keyFile: string;
  /** A folder that gets a file for each checkpoint; null where none is named. */
  checkpointFolder: string | null;
  /** An address that is sent each checkpoint as text; null where none is named. */
  checkpointUrl: string | null;
}

/** What is done over again without driving a system; each may be asked for twice. */
export interface Again {
  /** Reads a system's history from its beginning and takes in what is of an instant or later; answers how many events. */
  recollect(system: string, from: string): Promise<number>;
  /** Derives everything once more from raw events while the tower goes on; answers how many. */
  rebuild(): Promise<number>;
  /** Checks reconciliations now. */
  check(scope: { period: string; entities?: readonly string[]; rule?: string }): Promise<void>;
  /** Takes a quarantined input in, as corrected or as it came; answers what became of it, in a sentence. */
  resubmit(actor: Actor, item: { id: string; text: string | null; reason: string }): Promise<string>;
}

/** What rooms reach each other through. Built once in `main.ts`; doors pass it on. */
export interface Context {
  clock: Clock;
  log: Logger;
  estate: Estate;
  clickhouse: ClickHouse;
  postgres: Postgres;
  /** What is known now, in memory: folded from accepted events, loaded from ClickHouse at start. */
  facts: Facts;
  /** The lineage graph in memory, fed by the same events. */
  lineage: LineageMemory;
  metrics: Metrics;
  /** Where files of lines stand: handed in, quarantined, and watched for in `inbox`. */
  linesDirectory: string;
  /** Where evidence packs stand. */
  evidenceDirectory: string;
  audit: LogKeeping;
  /** How to drive each system, by its id in the estate. */
  drivers: ReadonlyMap<string, Pick<Connected, "trigger" | "cancel" | "rerun">>;
  /** What the tower does over again by itself. */
  again: Again;
  /** Makes events of Tieout's own or of a collector durable; throws when they could not be. */
  accept(events: (RunEvent | DatasetEvent)[], source: string): Promise<void>;
  /** Hands a task to pg-boss, in the given transaction or at once. A `key` waiting or being worked on is not taken again. */
  enqueue(task: string, payload: unknown, options?: EnqueueOptions): Promise<void>;
  /** Whether there is a task of this name. */
  handles(task: string): boolean;
  /** Ends the live connections of a person or key at once. */
  dismiss(actor: string): void;
  /** Where messages about incidents go. */
  alerting: Alerting;
  /** Says that what a topic shows may have changed; subscribers get the difference. */
  touch(topic: TopicName): void;
}
