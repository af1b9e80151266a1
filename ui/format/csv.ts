export interface Sheet {
  head: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
  /** Headings of columns that hold decimals as text; a spreadsheet gets them as numbers. */
  numbers?: readonly string[];
}

/** A cell that a spreadsheet would run as a formula is given a leading apostrophe (OWASP, CSV injection). */
function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table as CSV (RFC 4180). */
export function csvOf({ head, rows }: Sheet): string {
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Offers a table for saving; the byte order mark makes spreadsheets read it as UTF-8. */
export function saveCsv(name: string, sheet: Sheet): void {
  saveAs(`${name}.csv`, new Blob(["\uFEFF", csvOf(sheet)], { type: "text/csv;charset=utf-8" }));
}

export function saveAs(download: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  Object.assign(document.createElement("a"), { href, download }).click();
  URL.revokeObjectURL(href);
}
