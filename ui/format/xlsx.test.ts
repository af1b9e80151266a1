import { readXlsx } from "hucre/xlsx";
import { describe, expect, it } from "vitest";
import { xlsxOf } from "./xlsx.ts";

async function readBack(rows: (string | number | null)[][], numbers: string[] = ["net"]) {
  const workbook = await readXlsx(await xlsxOf("lines: DE01/2026-10", { head: ["account", "net"], rows, numbers }));
  return workbook.sheets[0]!;
}

describe("xlsxOf", () => {
  it("writes amounts as numbers as far as a spreadsheet keeps their digits, else as text", async () => {
    const rows = [
      ["400000", "-22231.55"],
      ["400001", "0.000000000001"],
      ["400002", "123456789012345"],
      ["400003", "9999999999999.999"],
      ["400004", null],
      ["400005", 14],
    ];
    const sheet = await readBack(rows);
    expect(sheet.name).toBe("lines  DE01 2026-10");
    expect(sheet.rows).toEqual([
      ["account", "net"],
      ["400000", -22231.55],
      ["400001", 1e-12],
      ["400002", 123456789012345],
      ["400003", "9999999999999.999"],
      ["400004", null],
      ["400005", 14],
    ]);
  });

  it.each(["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "-cmd", "\tx"])("keeps %s as text", async (text) => {
    const sheet = await readBack([[text, text]]);
    expect(sheet.rows[1]).toEqual([text, text]);
    expect(sheet.cells?.get("1,0")?.formula).toBeUndefined();
  });
});
