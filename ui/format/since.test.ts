import { expect, test } from "vitest";
import type { BoardEntity, Hold, Verdict } from "../../schemas/wire/board.ts";
import { changedSince, lookOf } from "./since.ts";

const entity = (id: string, verdict: Verdict, met: string[] = []) =>
  ({
    entity: id,
    verdict,
    cells: ["actuals", "ties"].map((milestone) => ({ milestone, state: met.includes(milestone) ? "done" : "not-due" })),
  }) as BoardEntity;
const hold = (id: string) => ({ id }) as Hold;

const AT = "2026-11-03T13:20:00.000Z";
const left = lookOf(AT, [entity("DE01", "on-course", ["actuals"]), entity("US02", "late")], [hold("a"), hold("b")]);

test("nothing new is no news", () => {
  expect(
    changedSince(left, [entity("US02", "late"), entity("DE01", "on-course", ["actuals"])], [hold("b"), hold("a")]),
  ).toBe(null);
});

test("what got worse is told first, then what got better, then counts", () => {
  const now = [entity("DE01", "held", ["ties"]), entity("US02", "on-course", ["actuals", "ties"])];
  expect(changedSince(left, now, [hold("b"), hold("c"), hold("d")])).toBe(
    "DE01 is held, was on course; US02 is on course, was late; one gate is no longer met; two holds are new; " +
      "one hold is cleared; three gates were met",
  );
});

test("entities that went the same way are told together, many as a number", () => {
  const ids = ["A", "B", "C", "D", "E"];
  const before = lookOf(
    AT,
    ids.map((id) => entity(id, "on-course")),
    [],
  );
  expect(
    changedSince(
      before,
      ids.slice(0, 2).map((id) => entity(id, "unknown")),
      [],
    ),
  ).toBe("A and B are unknown, were on course");
  expect(
    changedSince(
      before,
      ids.map((id) => entity(id, "unknown")),
      [],
    ),
  ).toBe("Five entities are unknown, were on course");
});

test("an entity that was not in view before has not changed", () => {
  expect(changedSince(left, [entity("FR01", "held")], [hold("a"), hold("b")])).toBe("one gate is no longer met");
});
