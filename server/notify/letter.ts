import type { Role } from "../../schemas/estate/role.ts";
import type { Incident } from "../../schemas/wire/incident.ts";
import type { Calendars } from "../close/calendars.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Silence } from "../../schemas/wire/alert.ts";

/** Why somebody is told. */
export type Occasion = "opened" | "worsened" | "escalated";

/** One message on its way: of one incident, to one role, through one receiver, to one person or a whole channel. */
export interface Letter {
  id: string;
  incident: string;
  /** Counts how often the incident came back: whoever was told of it before is told again. */
  opening: number;
  occasion: Occasion;
  /** Which step of which escalation, `close-critical:1`; empty for others. */
  step: string;
  role: Role;
  receiver: string;
  /** A person's id; empty for a channel. */
  recipient: string;
  /** Times it is gathered for; null where it is told at once. */
  digest: readonly string[] | null;
  hours: string | null;
  /** When it was made, by the clock verdicts are judged by. */
  madeAt: string;
  /** Real time before which it is not tried again; null where nothing failed. */
  retryAt: string | null;
  attempts: number;
  sentAt: string | null;
}

/** Everything the stages look at. Pure: no clock, no store. */
export interface Desk {
  estate: Estate;
  calendars: Calendars;
  /** The clock verdicts are judged by. */
  now: Date;
  /** Real time, for retries and rates. */
  realNow: Date;
  silences: readonly Silence[];
  incidentOf(letter: Letter): Incident | null;
  /** Letters of the same opening that reached the same receiver and recipient before, or do so in this round. */
  toldBefore(letter: Letter): readonly Letter[];
  /** Messages the receiver was handed within the last real minute, and when the oldest of them was. */
  lastMinute(receiver: string): { count: number; oldestAt: Date | null };
}

/** What a stage says of a letter: on it goes, it waits, or it is not sent, with the reason as people read it. */
export type Ruling =
  | { go: "on" }
  | { go: "wait"; until: string; clock: "judged" | "real"; because: string }
  | { go: "drop"; because: string };

export const ON: Ruling = { go: "on" };

/** One step every letter passes before it is handed to a receiver, in the order of `stages/index.ts`. */
export interface Stage {
  name: string;
  /** What it is for, in a line. */
  title: string;
  judge(letter: Letter, desk: Desk): Ruling;
}
