import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LineDifference } from "../../schemas/wire/lines.ts";
import { marked, shift } from "./lines.ts";

describe("marked", () => {
  it.each([
    ["22,231.55", "22,213.55", ["22,2", "31", ".55"], ["22,2", "13", ".55"]],
    ["10", "100", ["10", "", ""], ["10", "0", ""]],
    ["aa", "aaa", ["aa", "", ""], ["aa", "a", ""]],
    ["", "4000", ["", "", ""], ["", "4000", ""]],
    ["same", "same", ["same", "", ""], ["same", "", ""]],
  ])("tells %s and %s apart", (text, other, one, two) => {
    expect(Object.values(marked(text, other))).toEqual(one);
    expect(Object.values(marked(other, text))).toEqual(two);
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const { before, differs, after } = marked(text, other);
        expect(before + differs + after).toBe(text);
        expect(other.startsWith(before) && other.endsWith(after)).toBe(true);
      }),
    );
  });
});

describe("shift", () => {
  const line = (amount: string, currency = "EUR") => ({ amount, currency, dimensions: {} });
  const of = (left: ReturnType<typeof line> | null, right: ReturnType<typeof line> | null, copies = [1, 1]) =>
    shift({ left, right, copies: { left: copies[0], right: copies[1] } } as LineDifference);

  it.each([
    ["exactly", of(line("0.1"), line("0.3")), "0.2"],
    ["below zero", of(line("-0.005"), line("-1")), "-0.995"],
    [
      "with 38 digits",
      of(line("99999999999999999999999999.000000000001"), null, [1, 0]),
      "-99999999999999999999999999.000000000001",
    ],
    ["by copies", of(line("5"), line("5"), [1, 3]), "10"],
    ["not across currencies", of(line("5"), line("5", "USD")), null],
  ])("is told %s", (_, told, expected) => expect(told).toBe(expected));
});
