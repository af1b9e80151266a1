import { describe, expect, it } from "vitest";
import { inPlace, movedBetween } from "./steady-order.svelte.ts";

describe("an order that keeps still", () => {
  it("keeps every row's place, drops what is gone and adds what is new at the end", () => {
    expect(inPlace(["a", "b", "c"], ["d", "c", "a"])).toEqual(["a", "c", "d"]);
  });
  it.each([
    ["abcd", "abcd", 0],
    ["abcd", "dabc", 1],
    ["abcd", "bcda", 1],
    ["abcd", "badc", 2],
    ["abcd", "dcba", 3],
    ["", "", 0],
  ])("from %s to %s, %i must move", (shown, wanted, moved) => {
    expect(movedBetween([...shown], [...wanted])).toBe(moved);
  });
});
