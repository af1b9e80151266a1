import type { Logger } from "pino";
import type { Clock } from "../context.ts";
import { Fault } from "../fault.ts";
import type { Metrics } from "../metrics.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { examine } from "./examine.ts";
import { createGroupWriter } from "./group-writer.ts";
import type { IncomingRow } from "./incoming-row.ts";
import type { Acceptance, EventInput, Origin } from "./input.ts";
import { insertRows, type PreparedRow } from "./insert-rows.ts";
import type { Journal } from "./journal.ts";
import { quarantineId, quarantineLine, type QuarantinedInput } from "./quarantine.ts";
import { rowLine } from "./row-line.ts";
import { createStoring, type Storing } from "./storing.ts";

export interface IngestDeps {
  clickhouse: ClickHouse;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /**
   * Where events are durable before they are in the tables. Without one they are inserted before they are acknowledged:
   * a served engine, whose disk is not ours, is durable itself.
   */
  journal?: Journal | null;
  /** What is known in memory, told of every durable row before its sender is. */
  facts: { apply(rows: readonly IncomingRow[]): void };
  /** Largest text of one event, in bytes. */
  maxEventBytes: number;
  /** Bytes that may wait to become durable; beyond it new input is turned away with 503. */
  maxWaitingBytes?: number;
}

export interface Ingest {
  /** Makes each input durable, as an event or in quarantine, before it answers. Answers in the order of the inputs. */
  acceptTexts(inputs: readonly EventInput[], origin: Origin): Promise<Acceptance[]>;
  /** Says why an input would not be accepted, or null; keeps nothing. */
  objection(input: EventInput): { reason: string; path: string } | null;
  /** The same as `acceptTexts` for events that come as objects, from collectors. */
  acceptEvents(events: readonly object[], source: string): Promise<Acceptance[]>;
  /** Called after each durable group; returns the way to stop listening. */
  onAccepted(listener: (rows: readonly IncomingRow[]) => void): () => void;
  onQuarantined(listener: () => void): () => void;
  /** Holds room for bytes that are being read; throws the Fault `overloaded` when there is none. Returns the release. */
  reserve(bytes: number): () => void;
  /** Resolves once all that was accepted so far is in the tables. */
  stored(): Promise<void>;
  /** Resolves once nothing is waiting. */
  idle(): Promise<void>;
}

const DEFAULT_WAITING_BYTES = 256 * 1024 * 1024;
const GROUP = { maxRows: 5_000, maxBytes: 16 * 1024 * 1024 };
/** Milliseconds between two writes of the journal: a few large ones cost less than many small ones. */
const JOURNAL_REST = 4;
/** How far the tables may be behind the journal: milliseconds while the engine keeps up, bytes when it does not. */
const BEHIND = { pace: 250, again: 1_000, maxWaiting: 48 * 1024 * 1024 };

/** The one way in for every door: examine, make durable together with whatever else arrived, fold into the facts. */
export function createIngest(deps: IngestDeps): Ingest {
  const listeners = new Set<(rows: readonly IncomingRow[]) => void>();
  const quarantineListeners = new Set<() => void>();
  const answers = () => deps.clickhouse.ping();
  const { journal } = deps;
  const storing = storingOf(deps);
  const events = createGroupWriter<PreparedRow>({
    ...GROUP,
    answers,
    ...(journal ? { rest: JOURNAL_REST } : {}),
    bytesOf: ({ line }) => line.length,
    async insert(group) {
      if (!journal) return insertRows(deps.clickhouse, group);
      await storing.room();
      storing.add(group, await journal.append(group.map(({ line }) => `${line}\n`).join("")));
    },
    durable(group) {
      const rows = group.map(({ row }) => row);
      deps.facts.apply(rows);
      for (const listener of listeners) listener(rows);
    },
  });
  const quarantine = createGroupWriter<string>({
    ...GROUP,
    answers,
    bytesOf: (line) => line.length,
    insert: (lines) => deps.clickhouse.insertLines("quarantine", lines.join("\n")),
    durable() {
      for (const listener of quarantineListeners) listener();
    },
  });
  const reserve = createRoom(deps);

  const store = async (rows: IncomingRow[], refused: QuarantinedInput[]) => {
    try {
      await Promise.all([
        events.write(rows.map((row) => ({ row, line: rowLine(row) }))),
        quarantine.write(refused.map(quarantineLine)),
      ]);
    } catch (error) {
      deps.log.error({ err: error, events: rows.length, quarantined: refused.length }, "input could not be stored");
      throw new Fault(
        "store-unavailable",
        "The event store did not take the input. Nothing of it counts as accepted; send it again.",
      );
    }
  };
  const acceptTexts: Ingest["acceptTexts"] = async (inputs, origin) => {
    const release = reserve(inputs.reduce((bytes, input) => bytes + input.text.length, 0));
    try {
      const receivedAt = deps.clock.now().toISOString();
      const rows: IncomingRow[] = [];
      const refused: QuarantinedInput[] = [];
      const acceptances = inputs.map((input): Acceptance => {
        const examined = examine(input, origin, receivedAt, deps);
        if (examined.ok) {
          rows.push(examined.row);
          return { status: "accepted", eventId: examined.row.eventId, warnings: examined.row.warnings };
        }
        const id = quarantineId(input);
        const { reason, path } = examined;
        refused.push({ id, receivedAt, input, origin, reason, path });
        return { status: "quarantined", id, reason, path, malformed: examined.malformed };
      });
      await store(rows, refused);
      deps.metrics.eventsAccepted.inc({ door: origin.door }, rows.length);
      if (refused.length > 0) deps.metrics.eventsQuarantined.inc({ door: origin.door }, refused.length);
      return acceptances;
    } finally {
      release();
    }
  };
  return {
    acceptTexts,
    acceptEvents: (given, source) =>
      acceptTexts(
        given.map((event) => ({ text: JSON.stringify(event) })),
        { door: "collector", source, contentType: "application/json" },
      ),
    objection(input) {
      const examined = examine(input, { door: "resubmission", source: "" }, deps.clock.now().toISOString(), deps);
      return examined.ok ? null : { reason: examined.reason, path: examined.path };
    },
    onAccepted: (listener) => listen(listeners, listener),
    onQuarantined: (listener) => listen(quarantineListeners, listener),
    reserve,
    stored: storing.caughtUp,
    async idle() {
      await Promise.all([events.idle(), quarantine.idle()]);
      await storing.caughtUp();
    },
  };
}

/** What the store refuses of an acknowledged event is kept in quarantine, so that it is not lost. */
function storingOf({ clickhouse, clock, log }: IngestDeps): Storing {
  return createStoring({
    ...GROUP,
    ...BEHIND,
    insert: (rows) => insertRows(clickhouse, rows),
    answers: () => clickhouse.ping(),
    async refused({ row }, error) {
      log.error({ err: error, eventId: row.eventId }, "an acknowledged event was refused by the event store");
      const attributes = row.envelope === "" ? {} : { attributes: JSON.parse(row.envelope) as Record<string, string> };
      const input: EventInput = { text: row.raw, ...attributes };
      const reason = `The event store refused it: ${error instanceof Error ? error.message : String(error)}`;
      const origin = { door: row.door as Origin["door"], source: row.source };
      const kept = { id: quarantineId(input), receivedAt: clock.now().toISOString(), input, origin, reason, path: "" };
      await clickhouse.insertLines("quarantine", quarantineLine(kept));
    },
    failed: (error) => log.error({ err: error }, "the event store did not take what is in the journal; trying again"),
  });
}

function listen<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Bytes held by input on its way. One input alone is let in whatever its size, or it never could be. */
function createRoom(deps: IngestDeps): Ingest["reserve"] {
  const most = deps.maxWaitingBytes ?? DEFAULT_WAITING_BYTES;
  let held = 0;
  return (bytes) => {
    if (held > 0 && held + bytes > most) {
      deps.metrics.eventsShed.inc();
      throw new Fault("overloaded", "Too much input is waiting to be stored. Send it again in a moment.");
    }
    held += bytes;
    deps.metrics.ingestWaitingBytes.set(held);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      held -= bytes;
      deps.metrics.ingestWaitingBytes.set(held);
    };
  };
}
