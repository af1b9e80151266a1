import type { Logger } from "pino";
import type { Estate } from "../schemas/estate/estate.ts";
import type { Role } from "../schemas/estate/role.ts";
import type { TopicName } from "../schemas/topic.ts";
import type { ClickHouse } from "./store/clickhouse.ts";
import type { Postgres } from "./store/postgres.ts";
import type { Facts } from "../schemas/facts.ts";
import type { Metrics } from "./metrics.ts";

/** The clock every verdict is judged by; in the demo it is the sandbox's. Sign-in and keys use real time. */
export interface Clock {
  now(): Date;
}

/** Who acts: a person with a session, a key, or Tieout itself. */
export interface Actor {
  kind: "person" | "key" | "rule";
  id: string;
  name: string;
  role: Role | null;
  /** Entities in scope. */
  entities: "all" | readonly string[];
  /** Key scopes, or those a role brings. */
  scopes: readonly Scope[];
}

/** What an actor may do. Verbs check these; the console only mirrors them. */
export type Scope =
  | "ingest:write"
  | "board:read"
  | "run:read"
  | "run:raw"
  | "quarantine:read"
  | "quarantine:resubmit"
  | "request:create"
  | "request:read"
  | "clock:drive"
  | "collector:read"
  | "key:manage"
  | "person:manage"
  | "audit:read";

/** What rooms reach each other through. Built once in `main.ts`; doors pass it on. */
export interface Context {
  clock: Clock;
  log: Logger;
  estate: Estate;
  clickhouse: ClickHouse;
  postgres: Postgres;
  /** What is known now, in memory: folded from accepted events, loaded from ClickHouse at start. */
  facts: Facts;
  metrics: Metrics;
  /** Hands a task to pg-boss. The same `key` is taken once. */
  enqueue(task: string, payload: unknown, options?: { key?: string; afterSeconds?: number }): Promise<void>;
  /** Says that what a topic shows may have changed; subscribers get the difference. */
  touch(topic: TopicName): void;
}
