import { expect, test } from "vitest";
import { csvLine } from "./csv-line.ts";

test.each(["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])(
  "%j of a pack's table runs in no spreadsheet",
  (text) => {
    expect(csvLine([text]).replace(/^"/, "").startsWith("'")).toBe(true);
  },
);

test("amounts stay numbers, and quotes, commas and line ends stay in their cell", () => {
  expect(csvLine(["-22231.55", 7, null, 'a "b", c\nd'])).toBe('-22231.55,7,,"a ""b"", c\nd"\r\n');
});
