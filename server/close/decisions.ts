import type { SignoffRow, Waiver } from "../../schemas/wire/signoff.ts";

/** A sign-off as the board needs it: without what it binds, of which the digest is enough. */
export interface StandingSignoff extends Pick<
  SignoffRow,
  "id" | "milestone" | "round" | "state" | "digest" | "signatures" | "next" | "certifiedAt" | "endedAt" | "reason"
> {
  /** Waivers of gates it rests on. */
  waivers: readonly string[];
}

/** A break somebody explained, as far as a sign-off binds it. */
export interface Explanation {
  id: string;
  rule: string;
  amount: string;
  unit: string;
  state: string;
  reason: string;
  text: string;
  by: string;
  approvedBy: string | null;
}

/** What people decided on one entity's close in one period. */
export interface EntityDecisions {
  /** Differs whenever any of it does. */
  revision: string;
  /** The latest of each milestone. */
  signoffs: readonly StandingSignoff[];
  /** Granted and not withdrawn, expired or not. */
  waivers: readonly Waiver[];
  explanations: readonly Explanation[];
  /** Reconciliations all of whose breaks are explained and approved by another person. */
  settled: readonly string[];
}

/** What people decided on a period, read before it is judged. */
export interface Decisions {
  of(entity: string): EntityDecisions;
  /** SHA-256 of a text, in hexadecimal; handed in because this room reaches for nothing. */
  digestOf(text: string): string;
}

export const NOTHING_DECIDED: EntityDecisions = {
  revision: "",
  signoffs: [],
  waivers: [],
  explanations: [],
  settled: [],
};

/** Where nobody has decided anything. */
export const UNDECIDED: Decisions = { of: () => NOTHING_DECIDED, digestOf: () => "" };
