import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Line } from "./line.ts";
import { matchLines } from "./match-lines.ts";
import { pairLines } from "./pair-lines.ts";

const line = (document: string, amount: string, account = "400000", currency = "EUR"): Line => ({
  key: ["DE01", document],
  ...{ amount, currency },
  dimensions: [account],
});
const byAccount = ({ dimensions }: Line) => dimensions.join();

describe("lines of the same key", () => {
  it("are missing, extra, different or duplicated", () => {
    const left = [line("1", "10"), line("2", "20"), line("3", "30"), line("5", "50")];
    const right = [line("2", "21"), line("3", "30"), line("3", "30"), line("4", "40"), line("5", "50")];
    const { differences } = pairLines(left, right);
    expect(differences.map((pair) => [pair.kind, pair.left?.amount, pair.right?.amount, pair.copies])).toEqual([
      ["missing", "10", undefined, { left: 1, right: 0 }],
      ["different", "20", "21", { left: 1, right: 1 }],
      ["duplicated", "30", "30", { left: 1, right: 2 }],
      ["extra", undefined, "40", { left: 0, right: 1 }],
    ]);
  });

  it("pair off with the line most like them, and say so when another was as like", () => {
    const left = [line("1", "10", "400000"), line("1", "20", "500000")];
    const { differences } = pairLines(left, [line("1", "21", "500000"), line("1", "10", "410000")]);
    expect(differences.map((pair) => [pair.left?.amount, pair.right?.amount, pair.ambiguous])).toEqual([
      ["10", "10", false],
      ["20", "21", false],
    ]);
    const unclear = pairLines([line("1", "10")], [line("1", "11"), line("1", "12")]);
    expect(unclear.differences.map(({ kind, ambiguous }) => [kind, ambiguous])).toEqual([
      ["different", true],
      ["extra", false],
    ]);
  });

  it("are matched, one to several, where they add up", () => {
    const { differences, matches } = pairLines([line("1", "100")], [line("1", "60"), line("1", "40")]);
    expect(differences).toEqual([]);
    expect(matches.map(({ left, right, ambiguous }) => [left.length, right.length, ambiguous])).toEqual([
      [1, 2, false],
    ]);
  });

  it("are found alike in whatever order they come", () => {
    const amounts = fc.constantFrom("10", "20", "30");
    const some = fc.array(fc.tuple(fc.constantFrom("1", "2"), amounts, fc.constantFrom("4", "5")), { maxLength: 6 });
    fc.assert(
      fc.property(some, some, fc.integer(), (left, right, seed) => {
        const lines = (all: [string, string, string][]) => all.map((each) => line(...each));
        const shuffled = (all: [string, string, string][]) =>
          lines(all.toSorted(() => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) % 2 === 0 ? 1 : -1)));
        expect(pairLines(shuffled(left), shuffled(right))).toEqual(pairLines(lines(left), lines(right)));
      }),
      { numRuns: 200 },
    );
  });
});

describe("lines of declared columns", () => {
  const shapes = (left: Line[], right: Line[]) =>
    matchLines(left, right, byAccount).matches.map((match) => [match.left.length, match.right.length, match.ambiguous]);

  it("match one to one, one to several, several to one and several to several", () => {
    expect(shapes([line("1", "10")], [line("9", "10")])).toEqual([[1, 1, false]]);
    expect(shapes([line("1", "100")], [line("8", "60"), line("9", "40")])).toEqual([[1, 2, false]]);
    expect(shapes([line("1", "60"), line("2", "40")], [line("9", "100")])).toEqual([[2, 1, false]]);
    expect(shapes([line("1", "70"), line("2", "30")], [line("8", "60"), line("9", "40")])).toEqual([[2, 2, false]]);
  });

  it("keep currencies and columns apart", () => {
    expect(shapes([line("1", "10")], [line("9", "10", "400000", "USD")])).toEqual([]);
    expect(shapes([line("1", "10")], [line("9", "10", "500000")])).toEqual([]);
  });

  it("are flagged when another choice would have added up too", () => {
    expect(shapes([line("1", "10"), line("2", "10")], [line("9", "10")])).toEqual([[1, 1, true]]);
    const choices = [line("6", "60"), line("7", "40"), line("8", "50"), line("9", "50")];
    const { matches, right } = matchLines([line("1", "100")], choices, byAccount);
    expect(matches.map((match) => [match.right.map(({ amount }) => amount), match.ambiguous])).toEqual([
      [["60", "40"], true],
    ]);
    expect(right.map(({ amount }) => amount)).toEqual(["50", "50"]);
  });

  it("never match what does not add up, to the last decimal", () => {
    expect(shapes([line("1", "100")], [line("8", "60"), line("9", "40.000000000001")])).toEqual([]);
  });
});
