import { Fault } from "../fault.ts";
import type { Metrics } from "../metrics.ts";

/** What may be on its way from being read to being durable. */
export interface RoomLimits {
  bytes: number;
  events: number;
  /** How long what was read may wait to be durable before nothing more is let in, in milliseconds. */
  wait: number;
}

export interface Taken {
  /** Who sends it; no sender may fill all the room, so that others always get in. */
  source: string;
  bytes: number;
  events: number;
}

/** Takes room for input on its way; throws the Fault `overloaded` when there is none. Answers the release. */
export type Room = (taken: Taken) => () => void;

export const USUAL_ROOM: RoomLimits = { bytes: 128 * 1024 * 1024, events: 50_000, wait: 2_000 };
/** Events that may wait however slow it goes, so that one large batch does not shut the door behind it. */
const LEAST_EVENTS = 2_000;
/** The share of the room that one sender may hold while there are others. */
const SHARE = 0.75;

/**
 * One input alone is let in whatever its size, or it never could be. Sizes bound memory; the wait bounds the queue to what is
 * stored in that time, whatever the machine is worth: a longer one makes no sender quicker and every answer late.
 */
export function createRoom(
  limits: RoomLimits,
  metrics: Pick<Metrics, "eventsShed" | "ingestWaitingBytes">,
  now: () => number = () => performance.now(),
): Room {
  const held = { bytes: 0, events: 0 };
  const senders = new Map<string, { bytes: number; events: number }>();
  /** Since when what was read waits, the oldest first. A body still on its way is its sender's delay, and not in here. */
  const since = new Map<object, number>();
  const isLate = () => {
    const [oldest] = since.values();
    return oldest !== undefined && held.events > LEAST_EVENTS && now() - oldest > limits.wait;
  };
  const shed = (why: string): never => {
    metrics.eventsShed.inc();
    throw new Fault("overloaded", `${why} Nothing of it was kept. Send it again in a moment.`);
  };
  const add = (source: string, bytes: number, events: number) => {
    const own = senders.get(source) ?? { bytes: 0, events: 0 };
    for (const each of [held, own]) {
      each.bytes += bytes;
      each.events += events;
    }
    if (own.bytes === 0 && own.events === 0) senders.delete(source);
    else senders.set(source, own);
    metrics.ingestWaitingBytes.set(held.bytes);
  };
  const exceeds = (have: { bytes: number; events: number }, { bytes, events }: Taken, share: number) =>
    (have.bytes > 0 && bytes > 0 && have.bytes + bytes > limits.bytes * share) ||
    (have.events > 0 && events > 0 && have.events + events > limits.events * share);
  return (taken) => {
    const { source, bytes, events } = taken;
    if (exceeds(held, taken, 1) || isLate()) shed("Too much input is waiting to be stored.");
    const own = senders.get(source);
    if (own && senders.size > 1 && exceeds(own, taken, SHARE)) shed("Too much input of yours is waiting to be stored.");
    add(source, bytes, events);
    const place = {};
    if (events > 0) since.set(place, now());
    let released = false;
    return () => {
      if (released) return;
      released = true;
      since.delete(place);
      add(source, -bytes, -events);
    };
  };
}
