import type { Hono } from "hono";
import type { System } from "../schemas/estate/system.ts";

/**
 * A sandbox is a small server that behaves like one vendor's API, fed by a shared simulated world. It belongs to the
 * vendor's folder; this file is the contract between the two. All times are epoch milliseconds of the world's clock.
 */

export type SimOutcome = "complete" | "partial" | "failed" | "aborted" | "held";

/** Rows a target refused, as the vendor would report them. */
export interface SimRejection {
  kind: "unmapped-member" | "invalid-combination" | "period-closed";
  dimension: string;
  member: string;
  count: number;
  /** Signed net of the refused rows, decimal text. */
  amount: string;
  currency: string;
  documentRefs: string[];
}

/** A run in one vendor's system. Visible from `queuedAt`; what the clock has not reached yet has not happened. */
export interface SimRun {
  /** The vendor's key: digits, hex or GUID as that vendor writes them. */
  key: string;
  system: string;
  flow: string;
  /** The job as the vendor names it, `{entity}` filled in: `Load Actuals DE01`. */
  job: string;
  /** Index of the hop in the flow. */
  hop: number;
  /** Null where the run serves all entities, as a dashboard's refresh does. */
  entity: string | null;
  period: string;
  queuedAt: number;
  startedAt: number;
  endedAt: number;
  outcome: SimOutcome;
  rowsRead: number;
  rowsWritten: number;
  rowsRejected: number;
  rejections: SimRejection[];
  error: { code: string; message: string } | null;
  /** The batch this run carries; null for refreshes, whose data carries one batch per entity. */
  correlationId: string | null;
  /** Runs this one started, by system and key: the iFlow that started an Anaplan process. */
  started: { system: string; key: string }[];
  /** The run that started this one. */
  startedBy?: { system: string; key: string } | null;
  attempt: number;
  trigger: "schedule" | "upstream" | "api";
  /** Ledger snapshot the carried figures were taken from. */
  snapshotAsOf: number | null;
}

/** What a dataset holds for one entity and period at an instant, at account grain. */
export interface SimTotals {
  entity: string;
  period: string;
  currency: string;
  /** The batch that brought these figures. */
  correlationId: string | null;
  completeThrough: number | null;
  snapshotAsOf: number | null;
  accounts: { account: string; count: number; debit: string; credit: string; net: string }[];
}

export interface SimEntity {
  id: string;
  name: string;
  currency: string;
  zone: string;
  ledger: string;
}

/** A fault the vendor's API itself shows (not its jobs): expired tokens, limits, outages, nonsense. */
export type ApiFault =
  | { kind: "token-expired" }
  | { kind: "rate-limited"; retryAfterSeconds: number }
  | { kind: "unavailable"; status: 500 | 502 | 503 }
  | { kind: "nonsense"; body: string };

/** The simulated estate as a vendor's sandbox sees it. Deterministic by seed and the acts done to it. */
export interface World {
  now(): number;
  entities: readonly SimEntity[];
  /** Periods the simulation has reached, oldest first. */
  periods(): { period: string; fiscalYear: number; fiscalPeriod: number; startsOn: string; endsOn: string }[];
  /** The system's runs queued at or before now, oldest first; `changedSince` keeps those that changed state at or after it. */
  runs(system: string, changedSince?: number): SimRun[];
  run(system: string, key: string): SimRun | null;
  /** Where a run stands at the world's clock. `progress` is 0 to 1. */
  phase(run: SimRun): { phase: "queued" | "running" | "held" | "ended"; progress: number };
  /** What a dataset (by estate id) holds now; null before its first load. */
  totals(dataset: string, entity: string, period: string): SimTotals | null;
  /**
   * What one run brought into its dataset, however much was loaded since; null where it brought nothing of its own
   * (failed, not over yet, a refresh for all entities).
   */
  delivered(run: SimRun): SimTotals | null;
  /** The system's datasets that flows begin with: its ledger, its lists. By estate id, with the vendor's name for each. */
  sources(system: string): { dataset: string; name: string }[];
  /** Jobs (as vendors name them) the system has, with what each fills. */
  jobs(system: string): { job: string; flow: string; hop: number; entity: string | null; dataset: string }[];
  /**
   * Starts a job now, as its API would. The same idempotency key answers the same run. Throws `WorldRefusal` when the
   * vendor would refuse (already running, no such job).
   */
  start(system: string, job: string, options: { idempotencyKey?: string; parameters?: Record<string, string> }): SimRun;
  /** Asks for a run to be stopped; false when it has ended already. */
  cancel(system: string, key: string): boolean;
  /** The API fault in force now at a system, if any. */
  fault(system: string): ApiFault | null;
}

export class WorldRefusal extends Error {
  readonly code: "already-running" | "no-such-job";
  constructor(code: WorldRefusal["code"], message: string) {
    super(message);
    this.name = "WorldRefusal";
    this.code = code;
  }
}

export interface SandboxOptions {
  /** The estate's id of the system played. */
  system: string;
  /** The settings the estate gives this system, as its collector parses them. */
  settings: Record<string, unknown>;
  /** The secrets the sandbox asks for: connection key → value, as the collector will send them. */
  connection: Record<string, string>;
  /** The address the sandbox is served at, for links it hands out. */
  baseUrl: string;
}

/** What a system's jobs do in the world: take a snapshot, hand it on, take it in, or show what others took in. */
export type Part = "extract" | "message" | "load" | "refresh";

/** Draws a run's key; the same run draws the same key at every start. */
export interface KeyDraw {
  hex(length: number): string;
  digits(length: number): string;
  letters(alphabet: string, length: number): string;
  /** Version 4, lower case. */
  guid(): string;
  /** What the run is of, and when it was asked for. */
  job: string;
  period: string;
  queuedAt: number;
  trigger: SimRun["trigger"];
}

/**
 * How a system of the kind stands in a small estate, so that its collector is tested without standing in a demo: one
 * job for each of the entities `DE01` and `GB01` (or one for both), fed every two hours.
 */
export interface SandboxExample {
  kind: System["kind"];
  /** Its scheme is the system's id: `airflow://example`. */
  namespace: string;
  settings: Record<string, unknown>;
  /** Settings over those that cut every list into several pages; left out where the vendor has no pages. */
  smallPages?: Record<string, unknown>;
  /** Name of the dataset its jobs read: its own where it is an extract, else one of `feed://example`. */
  source: string;
  /** The job as the vendor names it, with `{entity}`, or without where one run serves all. */
  job: string;
  /** Name of the dataset its jobs fill. */
  target: string;
  /** The vendor tells rows it refused. */
  refuses?: boolean;
  /** False where the collector runs something else again than the runs of this example. */
  reruns?: false;
}

export interface Sandbox {
  /** The collector it stands across from: `sap-s4hana`. */
  collector: string;
  /** What its jobs do, where that does not follow from the kind of system: a middleware that loads. */
  plays?: Part;
  /** A run's key as the vendor writes them; a GUID unless it says otherwise. */
  runKey?: (draw: KeyDraw) => string;
  /** What its jobs say when they fail for no reason of a script's. */
  failure?: { code: string; message: string };
  example: SandboxExample;
  /** Which connection key holds the address, so that the starter can point the collector here. */
  addresses: readonly string[];
  /** Made-up values for the other connection keys. */
  secrets: Record<string, string>;
  app(world: World, options: SandboxOptions): Hono;
  /** Opens a door of another protocol beside the HTTP one, which it may ask for tokens and faults. */
  beside?(world: World, options: SandboxOptions, app: Hono): Promise<BesideDoor>;
}

/** What a further door adds to the connection, and how it is shut. */
export interface BesideDoor {
  connection: Record<string, string>;
  close(): Promise<void>;
}

export function defineSandbox(sandbox: Sandbox): Sandbox {
  return sandbox;
}
