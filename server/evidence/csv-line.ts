import type { PlainRow } from "./part-rows.ts";

/** A line of CSV (RFC 4180). What a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection). */
export function csvLine(values: readonly PlainRow[string][]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: PlainRow[string]): string {
  const text = value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
