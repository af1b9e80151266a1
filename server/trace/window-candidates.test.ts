import { expect, test } from "vitest";
import { windowCandidates, type Delivery } from "./window-candidates.ts";

const at = (hour: number) => new Date(Date.parse("2026-11-03T00:00:00Z") + hour * 3_600_000).toISOString();
/** Deliveries into a hop, by the hour, latest first. */
const into = (...hours: number[]) => hours.toSorted((a, b) => b - a).map((hour) => ({ at: at(hour), hour }));
const run = (from: number, to: number): Delivery[] => [{ from: at(from), at: at(to) }];

test.each<[string, number[][], Delivery[][], number[]]>([
  ["the next delivery after the hop before", [[], [7, 9, 12]], [run(7, 8), []], [9]],
  ["the next of each hop in turn", [[], [9, 12], [10, 13]], [run(7, 8), [], []], [9, 10]],
  ["with what the hop before delivered meanwhile", [[8.5, 11], [9]], [run(7, 8), []], [9, 8.5]],
  ["the last deliveries before the hop after began", [[2, 5, 9], []], [[], run(8, 9)], [5, 2]],
  ["nothing where the hop has a run", [[], [9]], [run(7, 8), run(8.5, 9)], []],
  ["nothing two days later", [[], [60]], [run(7, 8), []], []],
])("%s", (_, deliveries, known, expected) => {
  const found = windowCandidates(
    deliveries.map((hours) => into(...hours)),
    known,
  );
  expect(found.map(({ hour }) => hour)).toEqual(expected);
});
