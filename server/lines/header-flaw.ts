import type { LineLayout } from "../../schemas/event/line-layout.ts";
import { csvFields, rawRows } from "./csv-rows.ts";
import { withoutMark } from "./examine-rows.ts";

/** Why a CSV file's header does not fit its layout, or null when it does. */
export async function headerFlaw(path: string, layout: LineLayout): Promise<string | null> {
  const header = await firstRow(path, layout.delimiter);
  if (header === null) return "The file is empty.";
  if (header.includes("\0") || header.includes("\ufffd"))
    return "The header is not text in UTF-8; declare the file's encoding.";
  const present = csvFields(header, layout.delimiter);
  const doubled = present.find((column, at) => present.indexOf(column) !== at);
  if (doubled !== undefined) return `The header names the column “${doubled}” twice.`;
  const wanted = new Set([...Object.values(layout.key), layout.amount, ...Object.values(layout.dimensions)]);
  if (!layout.currencyIs) wanted.add(layout.currency);
  const missing = [...wanted].filter((column) => !present.includes(column));
  if (missing.length === 0) return null;
  const shown = header.length > 200 ? `${header.slice(0, 200)}…` : header;
  const other = [";", ",", "\t", "|"].find(
    (delimiter) => delimiter !== layout.delimiter && csvFields(header, delimiter).includes(missing[0] ?? ""),
  );
  if (present.length === 1 && other)
    return `The header has one column under the delimiter “${layout.delimiter}”. Columns seem to be divided by “${other === "\t" ? "tab" : other}”: declare that as delimiter.`;
  return `The header lacks ${missing.length > 1 ? "the columns" : "the column"} ${missing.join(", ")}. It reads: ${shown}`;
}

async function firstRow(path: string, delimiter: string): Promise<string | null> {
  for await (const { bytes } of rawRows(path, delimiter)) {
    return withoutMark(bytes.toString("utf8")).replace(/\r$/, "");
  }
  return null;
}
