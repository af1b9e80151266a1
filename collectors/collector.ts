import type { Logger } from "pino";
import type * as z from "zod";
import type { DatasetEvent, RunEvent } from "../schemas/event/open-lineage.ts";
import { createVendorClock, type Notice, type VendorClock } from "./vendor-clock.ts";

/** What a collector can do with its system; the console offers only this, `docs/collectors.md` is made from it. */
export type Capability =
  | "list-jobs"
  | "list-runs"
  | "push"
  | "trigger"
  | "rerun"
  | "rerun-from-failure"
  | "cancel"
  | "counts"
  | "control-totals"
  | "master-data"
  | "lineage";

/** What the engine hands to a collector. Time comes from `clock` (put right by the vendor's own where that is minutes off), the network only through `fetch`. */
export interface Tools {
  clock: { now(): Date };
  fetch: typeof fetch;
  log: Logger;
  /** What time it is at the vendor, learned from its answers; of one system, whatever number of addresses it has. */
  vendorClock?: VendorClock;
  /** Called when something deserves a look. */
  noticed?(notice: Notice): void;
  /** Lets time pass before a request that has to wait; real time unless a test says otherwise. */
  wait?(milliseconds: number): Promise<unknown>;
  /** Called for each request made, so that quotas and the collectors' page can count. */
  counted(request: { status: number; milliseconds: number }): void;
}

/** A system of the estate as its collector sees it: settings parsed by the collector's grammar, secrets resolved. */
export interface SystemOf<Settings> {
  id: string;
  namespace: string;
  settings: Settings;
  /** Connection key → value, read from the environment variables the estate names. */
  connection: Record<string, string>;
}

/** An event's own text: an OpenLineage event, or a CloudEvent as one text or with its attributes beside it. */
export interface EventText {
  text: string;
  form?: "event" | "cloudevent";
  attributes?: Record<string, string>;
}

/** One step of reading a vendor's history. Saved only after its events are durable, so nothing is skipped. */
export interface Pull<Cursor> {
  /** Run events, and dataset events for what was read off a dataset itself. */
  events: (RunEvent | DatasetEvent)[];
  /** Others' events as they came, taken in exactly as the HTTP doors take them: what is no event goes to quarantine. */
  texts?: readonly EventText[];
  cursor: Cursor;
  /** True when the vendor has more to give right now. */
  more: boolean;
  /** Runs not yet at their end, asked again at the next poll. */
  openRuns: number;
}

/** The vendor was asked to run a job; `runId` is the OpenLineage id the run will come back under. */
export interface Triggered {
  vendorRunKey: string;
  runId: string;
  jobName: string;
  /** True when an identical trigger was already on its way and its run was adopted. */
  adopted: boolean;
}

export interface TriggerInput {
  job: string;
  parameters: Record<string, string>;
  /** The same key never runs the job twice. */
  idempotencyKey: string;
  /**
   * When it was asked for, an instant of `clock`. A vendor that takes no idempotency key is asked for runs begun since,
   * so that after a crash the run it had started is adopted, also when it has ended.
   */
  requestedAt?: string;
}

export interface Connected<Cursor = unknown> {
  /** Tests credentials and says what can be seen, for `npm run collector -- check <system>`. */
  check(): Promise<{ sees: string[]; warnings: string[] }>;
  /** Reads on from the cursor; null starts from the oldest history the vendor still has. */
  pull(cursor: Cursor | null): Promise<Pull<Cursor>>;
  /**
   * Whether a webhook came from the vendor, by its signature over the body as it came. A webhook only says that there is
   * something to read: what happened is read from the vendor. Left out where the vendor signs none.
   */
  isCall?(headers: Headers, body: Uint8Array): boolean;
  trigger?(input: TriggerInput): Promise<Triggered>;
  cancel?(vendorRunKey: string): Promise<void>;
  /** Runs a run again, whole or from where it failed; the answer names the run the new attempt comes back under. */
  rerun?(vendorRunKey: string, how: { fromFailure: boolean }): Promise<Triggered>;
}

export interface Collector<S extends z.ZodType = z.ZodType, Cursor = unknown> {
  /** As the estate names it: `sap-s4hana`. */
  id: string;
  title: string;
  capabilities: readonly Capability[];
  /** The grammar of `settings` in the estate. */
  settings: S;
  /** Connection keys that must be present in the estate, with what each is. */
  connection: Record<string, string>;
  /** Further keys, for some of its settings only. */
  optional?: Record<string, string>;
  open(system: SystemOf<z.infer<S>>, tools: Tools): Connected<Cursor>;
}

/** A collector is a declared value, listed once in `collectors/index.ts`. */
export function defineCollector<S extends z.ZodType, Cursor>(collector: Collector<S, Cursor>): Collector<S, Cursor> {
  return {
    ...collector,
    open(system, given) {
      const vendorClock = createVendorClock(given);
      const connected = collector.open(system, { ...given, clock: vendorClock, vendorClock });
      return {
        ...connected,
        pull: (cursor) => byOneClock(vendorClock, () => connected.pull(cursor)),
        async check() {
          const { sees, warnings } = await byOneClock(vendorClock, () => connected.check());
          const notice = vendorClock.notice();
          return { sees, warnings: notice ? [notice, ...warnings] : warnings };
        },
      };
    },
  };
}

/**
 * A reading during which the vendor's clock turned out to be another is thrown away and made again: where it took its
 * spans of time from a clock that runs ahead, it would pass over what the vendor has yet to write.
 */
async function byOneClock<T>(clock: VendorClock, read: () => Promise<T>): Promise<T> {
  const before = clock.corrections();
  try {
    const found = await read();
    if (clock.corrections() === before) return found;
  } catch (error) {
    if (clock.corrections() === before) throw error;
  }
  return read();
}

/**
 * Why a vendor could not be read. The engine degrades the collector visibly and tries again: `recoverable` at the
 * usual pace with backoff, otherwise (credentials, missing rights) only slowly, because a person must act first.
 */
export class VendorError extends Error {
  readonly code: "unreachable" | "unauthorized" | "forbidden" | "rate-limited" | "nonsense" | "refused" | "not-found";
  readonly recoverable: boolean;
  /** Seconds the vendor asked us to wait. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: VendorError["code"],
    message: string,
    options: { recoverable?: boolean; retryAfterSeconds?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "VendorError";
    this.code = code;
    this.recoverable =
      options.recoverable ?? (code === "unreachable" || code === "rate-limited" || code === "nonsense");
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
