import type * as z from "zod";
import type { Message } from "../notify/message.ts";

/** What a receiver is handed: one message, or several gathered into one. */
export interface Parcel {
  /** Stays the same however often it is tried. */
  id: string;
  /** The same for everything about one incident until it is over. */
  thread: string;
  messages: readonly [Message, ...Message[]];
  /** Whom it is for; null for a channel. */
  to: { name: string; email: string } | null;
  /** An earlier try ended without an answer and may have arrived. */
  again: boolean;
}

/** What a channel calls a message, so that it can be changed later. */
export type Handle = Record<string, string>;

export interface OpenReceiver {
  send(parcel: Parcel): Promise<Handle | null>;
  /** Brings a message up to date, where the channel can. */
  update(parcel: Parcel, handle: Handle | null): Promise<void>;
  close(): void;
}

/** Values of the environment and of the estate, as the kind's grammar read them. */
export interface Given<S> {
  connection: Record<string, string>;
  settings: S;
  /** Whether it lies inside this network. */
  inside: boolean;
}

/** A kind of receiver as a declared value; listed once in `index.ts`. */
export interface Receiver<S extends z.ZodType = z.ZodType> {
  kind: string;
  /** Connection key → what it is, in words. */
  connection: Record<string, string>;
  settings: S;
  /** Whether each person is sent a message of their own, or a channel one for all. */
  addressed: "people" | "channel";
  /**
   * What becomes of a message when its incident changes: always brought up to date, answered once when it is over, or left.
   */
  follows: "changes" | "end" | "nothing";
  /** Throws where what is given cannot be meant. */
  open(given: Given<z.output<S>>): OpenReceiver;
}

export function defineReceiver<S extends z.ZodType>(receiver: Receiver<S>): Receiver<S> {
  return receiver;
}

/** Something could not be handed over; the message says why in words and names no secret. */
export class ReceiverError extends Error {
  override name = "ReceiverError";
  /** Seconds the receiver asked to wait. */
  readonly waitSeconds: number | null;
  /** False where it is certain that nothing arrived. */
  readonly mayHaveArrived: boolean;

  constructor(
    message: string,
    { waitSeconds = null, mayHaveArrived = false }: { waitSeconds?: number | null; mayHaveArrived?: boolean } = {},
  ) {
    super(message);
    this.waitSeconds = waitSeconds;
    this.mayHaveArrived = mayHaveArrived;
  }
}
