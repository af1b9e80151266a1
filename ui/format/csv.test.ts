import { describe, expect, it } from "vitest";
import { csvOf } from "./csv.ts";

describe("csvOf", () => {
  it("quotes what needs quoting and keeps numbers as numbers", () => {
    expect(csvOf({ head: ["entity", "net"], rows: [['Meridian "GmbH", Köln', "-22231.55"]] })).toBe(
      'entity,net\r\n"Meridian ""GmbH"", Köln",-22231.55\r\n',
    );
  });
  it.each(["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "-cmd", "\tx"])("lets no spreadsheet run %s", (text) => {
    expect(
      csvOf({ head: ["a"], rows: [[text]] })
        .split("\r\n")[1]
        ?.replace(/^"/, ""),
    ).toMatch(/^'/);
  });
});
