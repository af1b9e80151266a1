import type { Logger } from "pino";
import type { Quota } from "../../schemas/estate/quota.ts";
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
import { createQuotas } from "./quotas.ts";
import { createRoom, USUAL_ROOM, type RoomLimits } from "./room.ts";
import { rowLine } from "./row-line.ts";
import { createStoring, type Storing } from "./storing.ts";
import { createTurns } from "./turns.ts";

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
  /** What may wait to become durable; beyond it new input is turned away with 503. */
  room?: Partial<RoomLimits>;
  /** What senders at the doors may send; none is limited without. */
  quotas?: readonly Quota[];
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
  /**
   * Lets a sender's body in: answers how to hold room for its bytes while they are read, which throws the Fault `overloaded`
   * when there is none and else answers the release. Throws `too-many-requests` for who has sent more than it may.
   */
  admit(source: string): (bytes: number) => () => void;
  /** Resolves once all that was accepted so far is in the tables. */
  stored(): Promise<void>;
  /** Resolves once nothing is waiting. */
  idle(): Promise<void>;
}

/** Milliseconds of one turn of the event loop that reading input may take, so that boards are answered in between. */
const TURN = 8;
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
  const room = createRoom({ ...USUAL_ROOM, ...deps.room }, deps.metrics);
  const quotas = createQuotas(deps.quotas ?? []);
  const inTurn = createTurns(TURN);

  const store = async (rows: PreparedRow[], refused: QuarantinedInput[]) => {
    try {
      await Promise.all([events.write(rows), quarantine.write(refused.map(quarantineLine))]);
    } catch (error) {
      deps.log.error({ err: error, events: rows.length, quarantined: refused.length }, "input could not be stored");
      throw new Fault(
        "store-unavailable",
        "The event store did not take the input. Nothing of it counts as accepted; send it again.",
      );
    }
  };
  const acceptTexts: Ingest["acceptTexts"] = async (inputs, origin) => {
    const isLimited = LIMITED_DOORS.has(origin.door);
    if (isLimited) quotas.takeSent(nameOf(origin.source), inputs.length);
    // What came through a door holds room for its body since it began to be read.
    const bytes = isLimited ? 0 : inputs.reduce((sum, input) => sum + input.text.length, 0);
    const release = room({ source: origin.source, bytes, events: inputs.length });
    try {
      const receivedAt = deps.clock.now().toISOString();
      const rows: PreparedRow[] = [];
      const refused: QuarantinedInput[] = [];
      const acceptances: Acceptance[] = [];
      for (const input of inputs) {
        const taken = await inTurn(() => takenIn(input, origin, receivedAt, deps));
        if (taken.ready) rows.push(taken.ready);
        else refused.push(taken.refused);
        acceptances.push(taken.acceptance);
      }
      if (isLimited) quotas.takeProduced(rows.map(({ row }) => row.producer));
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
    admit(source) {
      quotas.demand(nameOf(source));
      return (bytes) => room({ source, bytes, events: 0 });
    },
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

type TakenIn = { acceptance: Acceptance } & (
  | { ready: PreparedRow; refused?: never }
  | { ready?: never; refused: QuarantinedInput }
);

/** Doors that others send to; what Tieout reads itself it reads at its own pace. */
const LIMITED_DOORS: ReadonlySet<Origin["door"]> = new Set(["lineage", "cloudevents"]);

/** One input as it will be stored, and what its sender is told. */
function takenIn(input: EventInput, origin: Origin, receivedAt: string, deps: IngestDeps): TakenIn {
  const examined = examine(input, origin, receivedAt, deps);
  if (examined.ok) {
    const { row } = examined;
    const acceptance = { status: "accepted" as const, eventId: row.eventId, warnings: row.warnings };
    return { ready: { row, line: rowLine(row) }, acceptance };
  }
  const id = quarantineId(input);
  const { reason, path, malformed, outside = false } = examined;
  return {
    refused: { id, receivedAt, input, origin, reason, path },
    acceptance: { status: "quarantined", id, reason, path, malformed, outside },
  };
}

/** `key:airflow` and `webhook:airflow` are senders of one name. */
function nameOf(source: string): string {
  return source.slice(source.indexOf(":") + 1);
}
