import { expect, test } from "vitest";
import { documentPlaces, type PlaceKnown } from "./document-places.ts";

const SYSTEMS = ["ledger", "extract", "message", "plan", "report"];

/** A place of each system; what is not told of it is that it carries batch A. */
function along(...told: Partial<PlaceKnown>[]) {
  const known = told.map((of, at): PlaceKnown => ({
    ...{ dataset: SYSTEMS[at]!, title: SYSTEMS[at]!, systemTitle: SYSTEMS[at]!, kind: "staging" },
    ...{ entity: "DE01", period: "2026-10", handedIn: null, holds: false, refusedBy: new Set<string>() },
    inForce: { runId: `r${at}`, at: `2026-11-03T0${at}:00:00.000Z`, correlationId: "A" },
    ...of,
  }));
  return documentPlaces(known).map(({ state, sure }) => `${state} ${sure}`);
}

const lines = (at: number, holds: boolean) => ({
  handedIn: { runId: `r${at}`, asOf: "2026-11-03T00:30:00.000Z" },
  holds,
});
const refused = (run: string) => ({ refusedBy: new Set([run]) });

test.each<[string, string[], string[]]>([
  [
    "it is where lines hold it, and follows the batch from there",
    along({}, lines(1, true), {}, {}, {}),
    ["implied likely", "present certain", "implied likely", "implied likely", "implied likely"],
  ],
  [
    "it stops where the run in force refused it",
    along({}, lines(1, true), {}, refused("r3"), {}),
    ["implied likely", "present certain", "implied likely", "refused certain", "absent likely"],
  ],
  [
    "it is there after all once a later run took it",
    along({}, lines(1, true), {}, refused("an earlier run"), {}),
    ["implied likely", "present certain", "implied likely", "implied likely", "implied likely"],
  ],
  [
    "lines of two hops say where it was lost",
    along({}, lines(1, true), {}, lines(3, false), {}),
    ["implied likely", "present certain", "implied likely", "absent certain", "absent likely"],
  ],
  [
    "what was loaded before it came cannot be told to hold it",
    along(
      {},
      lines(1, true),
      {},
      {},
      { inForce: { runId: "old", at: "2026-11-02T00:00:00.000Z", correlationId: "Z" } },
    ),
    ["implied likely", "present certain", "implied likely", "implied likely", "unknown possible"],
  ],
  [
    "what has reported nothing is unknown",
    along({}, lines(1, true), {}, { inForce: null }, {}),
    ["implied likely", "present certain", "implied likely", "unknown possible", "unknown possible"],
  ],
  [
    "lines of an earlier run are only likely to hold for the one in force",
    along({}, { handedIn: { runId: "earlier", asOf: "2026-11-03T00:30:00.000Z" }, holds: true }),
    ["implied likely", "present likely"],
  ],
])("%s", (_, told, expected) => {
  expect(told).toEqual(expected);
});
