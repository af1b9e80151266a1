import fc from "fast-check";
import { expect, test } from "vitest";
import { createBook, type Line } from "./book.ts";
import { decimalOf } from "./money.ts";

const line = fc.record({
  at: fc.integer({ min: 0, max: 100 }),
  account: fc.constantFrom("140000", "400000", "500000", "650000"),
  debit: fc.integer({ min: 0, max: 1_000_000 }),
  credit: fc.integer({ min: 0, max: 1_000_000 }),
  tag: fc.constantFrom(null, "unmapped", "late"),
  document: fc.constant("1900000001"),
});

test("totals at an instant are the sums of what was posted by then, without the rows left out", () => {
  const lines = fc.array(line, { maxLength: 60 }).map((all) => all.sort((a: Line, b: Line) => a.at - b.at));
  fc.assert(
    fc.property(lines, fc.integer({ min: 0, max: 110 }), fc.subarray(["unmapped", "late"]), (all, at, without) => {
      const wanted = all.filter((each) => each.at <= at && !without.includes(each.tag ?? "") && each.account >= "4");
      const accounts = [...new Set(wanted.map(({ account }) => account))].sort();
      const expected = accounts.map((account) => {
        const here = wanted.filter((each) => each.account === account);
        const debit = here.reduce((sum, each) => sum + each.debit, 0);
        const credit = here.reduce((sum, each) => sum + each.credit, 0);
        const sums = { debit: decimalOf(debit), credit: decimalOf(credit), net: decimalOf(debit - credit) };
        return { account, count: here.length, ...sums };
      });
      expect(createBook(all).totals(at, "travelling", without)).toEqual(expected);
    }),
  );
});
