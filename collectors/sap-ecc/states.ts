import type { RunState } from "../seen-run.ts";

/** IDoc statuses by the state they put an IDoc in. 03 is a setting; the others say nothing about its way: edited, reloaded, archived, tests. */
const IDOCS: Partial<Record<RunState, string>> = {
  queued: "01 30 50 64 66 75",
  running: "06 08 10 18 22 24 25 55 61 62",
  complete: "12 13 14 16 39 41 53",
  partial: "52",
  failed: "02 04 05 07 09 11 15 17 20 23 26 27 29 34 36 37 40 51 54 56 60 63 65",
  // Closed by hand: no further processing.
  aborted: "31 68",
  // The original of an IDoc that was edited.
  superseded: "33 70",
};

export const IDOC_STATES: Record<string, RunState> = Object.fromEntries(
  Object.entries(IDOCS).flatMap(([state, codes]) => codes.split(" ").map((code) => [code, state as RunState])),
);

/** Statuses of background jobs: scheduled, released, ready, active, suspended, finished, cancelled. */
export const JOB_STATES: Record<string, RunState> = {
  P: "queued",
  S: "queued",
  Y: "queued",
  R: "running",
  Z: "paused",
  F: "complete",
  A: "failed",
};
