import { XlsxStreamWriter } from "hucre/xlsx";
import { saveAs, type Sheet } from "./csv.ts";

/** Digits a spreadsheet keeps of a number; one with more stays text, so that none is rounded away. */
const KEPT_DIGITS = 15;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
/** Grouped, with every decimal there is. */
const FORMAT = `#,##0.00${"#".repeat(10)}`;

/** A table as a workbook of one sheet. Text is written as text, so that no spreadsheet runs it. */
export function xlsxOf(name: string, { head, rows, numbers = [] }: Sheet): Promise<Uint8Array> {
  const amounts = new Set(numbers);
  const writer = new XlsxStreamWriter({
    // A sheet's name has up to 31 characters and none of these.
    name: name.replace(/[[\]:*?/\\]/g, " ").slice(0, 31),
    columns: head.map((header) => ({
      header,
      width: Math.max(12, header.length + 2),
      ...(amounts.has(header) ? { numFmt: FORMAT } : {}),
    })),
    freezePane: { rows: 1 },
  });
  for (const row of rows) writer.addRow(row.map((value, at) => (amounts.has(head[at] ?? "") ? number(value) : value)));
  return writer.finish();
}

function number(value: string | number | null): string | number | null {
  if (typeof value !== "string" || !DECIMAL.test(value)) return value;
  const digits = value.replace(/[-.]/g, "").replace(/^0+/, "").length;
  return digits > KEPT_DIGITS ? value : Number(value);
}

export async function saveXlsx(name: string, sheet: Sheet): Promise<void> {
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  saveAs(`${name}.xlsx`, new Blob([(await xlsxOf(name, sheet)) as Uint8Array<ArrayBuffer>], { type }));
}
