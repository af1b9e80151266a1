import { describe, expect, test } from "vitest";
import type { MatrixHead } from "../../schemas/wire/reconcile-matrix.ts";
import { ageText, breakAmount, breaksSentence, isOpen, tieSentence } from "./breaks.ts";

const head = (change: Partial<MatrixHead>): MatrixHead => ({
  ...{ kind: "head", period: "2026-10", title: "October 2026", checkedAt: null, counts: {}, atRisk: [] },
  ...{ openBreaks: 0, unassigned: 0, inReview: 0 },
  ...change,
});

describe("tieSentence", () => {
  test.each<[Partial<MatrixHead>, string]>([
    [{}, "Nothing is compared yet."],
    [{ counts: { tied: 12 } }, "All twelve comparisons tie."],
    [{ counts: { settled: 1 } }, "The one comparison ties."],
    [{ counts: { tied: 9, tolerated: 1, off: 2 } }, "Ten of twelve comparisons tie."],
    [
      { counts: { tied: 11, off: 1 }, atRisk: [{ currency: "EUR", amount: "22231.55" }] },
      "Eleven of twelve comparisons tie. 22,231.55 EUR is unexplained.",
    ],
    [
      {
        counts: { off: 2 },
        atRisk: [
          { currency: "EUR", amount: "5" },
          { currency: "GBP", amount: "3.5" },
        ],
      },
      "No of two comparisons tie. 5.00 EUR and 3.50 GBP are unexplained.",
    ],
  ])("%j", (change, text) => expect(tieSentence(head(change))).toBe(text.replace("No of", "None of")));
});

test.each<[Partial<MatrixHead>, string]>([
  [{}, "No break is open."],
  [{ openBreaks: 1 }, "One break is open."],
  [
    { openBreaks: 3, unassigned: 1, inReview: 2 },
    "Three breaks are open, one without an owner, two waiting for review.",
  ],
])("%j", (change, text) => expect(breaksSentence(head(change))).toBe(text));

test("an amount is told with what it is counted in", () => {
  expect(breakAmount({ amount: "-22231.55", unit: "EUR" })).toBe("− 22,231.55 EUR");
  expect(breakAmount({ amount: "14", unit: "rows" })).toBe("14 rows");
});

test("a break ages in work days, then in days", () => {
  expect(ageText({ workDays: 1, days: 3, bucket: "0-2 WD" })).toBe("1 work day");
  expect(ageText({ workDays: 9, days: 13, bucket: "≤ 30 d" })).toBe("13 days");
});

test("what is settled is open to nobody", () => {
  expect(isOpen({ state: "explained" })).toBe(true);
  expect(isOpen({ state: "written-off" })).toBe(false);
});
