import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memberName, membersOf, planLeases, type LeaseRow } from "./plan-leases.ts";

const WANTED = ["collect a", "collect b", "collect c"];
const alive = (...holders: string[]): LeaseRow[] =>
  holders.map((holder) => ({ name: memberName("collect", holder), holder }));
const held = (holder: string, ...names: string[]): LeaseRow[] => names.map((name) => ({ name, holder }));

describe("a process takes and gives up", () => {
  test.each<[string, LeaseRow[], { take: string[]; giveUp: string[] }]>([
    ["everything while it is alone", [], { take: WANTED, giveUp: [] }],
    ["what a dead one held", alive("me"), { take: WANTED, giveUp: [] }],
    ["its share beside another", alive("me", "other"), { take: ["collect a", "collect b"], giveUp: [] }],
    ["nothing that another holds", [...alive("me", "other"), ...held("other", ...WANTED)], { take: [], giveUp: [] }],
    [
      "what is beyond its share",
      [...alive("a", "b", "me"), ...held("me", ...WANTED)],
      { take: ["collect a"], giveUp: ["collect b", "collect c"] },
    ],
    [
      "what is its own first",
      [...alive("me", "other"), ...held("me", "collect c")],
      { take: ["collect c", "collect a"], giveUp: [] },
    ],
  ])("%s", (_what, rows, plan) => expect(planLeases(rows, "me", "collect", WANTED)).toEqual(plan));
});

test("members of a kind are told from all that live", () => {
  const rows = [...alive("one"), { name: memberName("process", "two"), holder: "two" }, ...held("one", "collect a")];
  expect(membersOf(rows, "collect")).toEqual(["one"]);
  expect(membersOf(rows)).toEqual(["one", "two"]);
});

test("whoever comes and goes, after a few beats everything is held once and spread evenly", () => {
  const processes = fc.uniqueArray(fc.constantFrom("p", "q", "r", "s"), { minLength: 1 });
  fc.assert(
    fc.property(processes, fc.nat(7), fc.infiniteStream(fc.constantFrom(0, 1, 2, 3)), (living, count, order) => {
      const wanted = Array.from({ length: count }, (_, at) => `collect ${at}`);
      // Somebody held some of it before, and may be gone.
      let rows: LeaseRow[] = wanted.slice(0, count / 2).map((name) => ({ name, holder: living[0]! }));
      rows.push(...alive(...living));
      for (let beat = 0; beat < 4 * living.length; beat += 1) {
        const me =
          beat < living.length * 3 ? living[beat % living.length]! : living[(order.next().value ?? 0) % living.length]!;
        const { take, giveUp } = planLeases(rows, me, "collect", wanted);
        rows = rows.filter(({ name }) => !giveUp.includes(name));
        const taken = take.filter((name) => rows.every((row) => row.name !== name));
        rows.push(...held(me, ...taken));
      }
      const holders = wanted.map((name) => rows.filter((row) => row.name === name).map(({ holder }) => holder));
      expect(holders.every(({ length }) => length === 1)).toBe(true);
      const each = living.map((one) => holders.filter(([holder]) => holder === one).length);
      expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
    }),
  );
});
