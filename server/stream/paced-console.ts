import type { Change } from "../../schemas/topic.ts";

/** What is needed of a console's connection: engine.io's socket. */
export interface Connection {
  on(event: "packetCreate", listener: (packet: { data?: unknown }) => void): unknown;
  on(event: "drain", listener: () => void): unknown;
  close(discard: boolean): unknown;
}

export interface PacedConsole {
  send(change: Change): void;
  stop(): void;
}

export interface PaceLimits {
  /** Characters that may wait for a console to read them; beyond it changes are passed over. */
  maxWaiting: number;
  /** How long it may read nothing before its connection is ended, in milliseconds. */
  patience: number;
}

const USUAL_LIMITS: PaceLimits = { maxWaiting: 2 * 1024 * 1024, patience: 30_000 };

/**
 * Sends changes no faster than a console reads them, so that a slow one costs no memory and holds up nobody. What does not fit is
 * passed over; once the console has read what waits it is told a number it cannot follow, and asks for the rows as they are
 * then. One that reads nothing is cut off, and connects anew by itself.
 */
export function pacedConsole(
  connection: Connection,
  emit: (change: Change) => void,
  told: (what: "passed-over" | "cut-off") => void,
  limits: PaceLimits = USUAL_LIMITS,
): PacedConsole {
  let waiting = 0;
  /** The last number passed over, by topic. */
  const behind = new Map<string, number>();
  let stalled: NodeJS.Timeout | null = null;
  const calm = () => {
    if (stalled) clearTimeout(stalled);
    stalled = null;
  };
  const cutOff = () => {
    calm();
    told("cut-off");
    connection.close(true);
  };
  connection.on("packetCreate", ({ data }) => {
    waiting += typeof data === "string" ? data.length : 0;
    if (waiting > limits.maxWaiting) stalled ??= setTimeout(cutOff, limits.patience).unref();
  });
  // Said when what waited was handed to the transport, which takes more only when that is on its way.
  connection.on("drain", () => {
    waiting = 0;
    calm();
    const numbers = [...behind];
    behind.clear();
    for (const [topic, sequence] of numbers) emit({ topic, sequence: sequence + 1, set: {}, drop: [] });
  });
  return {
    send(change) {
      if (waiting <= limits.maxWaiting && !behind.has(change.topic)) return emit(change);
      if (!behind.has(change.topic)) told("passed-over");
      behind.set(change.topic, change.sequence);
    },
    stop: calm,
  };
}
