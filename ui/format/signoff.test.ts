import { expect, test } from "vitest";
import type { SignoffChange } from "../../schemas/wire/signoff.ts";
import { changeText } from "./signoff.ts";

test.each<[string | null, string | null, string]>([
  ["100.00", "110.00", "Account 620000: 100.00 → 110.00"],
  [null, "110.00", "Account 620000: 110.00 came new"],
  ["100.00", null, "Account 620000: 100.00 is gone"],
  [null, null, "Account 620000"],
])("from %s to %s", (before, after, text) => {
  const change: SignoffChange = { what: "balance", title: "Account 620000", before, after, dataset: null };
  expect(changeText(change)).toBe(text);
});
