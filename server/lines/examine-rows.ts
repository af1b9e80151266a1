import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { parse as parseJson, isLosslessNumber } from "lossless-json";
import type { LineLayout } from "../../schemas/event/line-layout.ts";
import { amountFlaw } from "./amount-text.ts";
import { csvFields, rawRows, type RawRow } from "./csv-rows.ts";

/** A row that cannot be read exactly; rows of data are counted from 1. */
export interface Flaw {
  row: number;
  column: string;
  reason: string;
  fields: Record<string, string>;
}

export interface Examined {
  /** Rows of data, with the flawed ones. */
  rows: number;
  flaws: Flaw[];
  /** Whether it was given up because more rows than that are flawed. */
  tooMany: boolean;
}

export interface Examining {
  path: string;
  format: "csv" | "ndjson";
  layout: LineLayout;
  currencies: ReadonlySet<string>;
  /** Where rows without a flaw are written. */
  cleanPath: string;
  mostFlaws: number;
}

/**
 * Reads a file row by row by the very rules the engine applies, names every row that breaks one, and writes the others to
 * `cleanPath`. It costs many times what the engine takes, so only files the engine refused are read this way.
 */
export async function examineRows(examining: Examining): Promise<Examined> {
  const { path, format, mostFlaws } = examining;
  const clean = createWriteStream(examining.cleanPath, { mode: 0o600 });
  const flaws: Flaw[] = [];
  let header: string[] | null = null;
  let row = 0;
  let tooMany = false;
  for await (const raw of rawRows(path, format === "csv" ? examining.layout.delimiter : null)) {
    if (raw.bytes.toString("latin1").trim() === "") continue;
    let flaw: Omit<Flaw, "row"> | null = null;
    if (format === "csv" && header === null) {
      header = csvFields(withoutMark(raw.bytes.toString("utf8")), examining.layout.delimiter);
    } else {
      row++;
      flaw = flawOf(raw, header, examining);
    }
    if (flaw) flaws.push({ row, ...flaw });
    else if (!clean.write(Buffer.concat([raw.bytes, FEED]))) await once(clean, "drain");
    tooMany = flaws.length > mostFlaws;
    if (tooMany) break;
  }
  clean.end();
  await finished(clean);
  return { rows: row, flaws: flaws.slice(0, mostFlaws), tooMany };
}

const FEED = Buffer.from("\n");
const UTF8 = new TextDecoder("utf-8", { fatal: true });

function flawOf(raw: RawRow, header: string[] | null, { layout, currencies }: Examining): Omit<Flaw, "row"> | null {
  const text = decode(raw.bytes);
  if (text === null) {
    const shown = raw.bytes.toString("latin1");
    return { column: "", reason: "The row is not text in UTF-8; declare its encoding.", fields: { row: shown } };
  }
  if (raw.open) {
    const reason = "A quote opens in this row that nothing closes; the file may be cut short.";
    return { column: "", reason, fields: { row: text.slice(0, 2_000) } };
  }
  const read = header ? csvRow(text, header, layout.delimiter) : jsonRow(text);
  if ("reason" in read) return { column: "", reason: read.reason, fields: { row: text.slice(0, 2_000) } };
  return valueFlaw(read.fields, layout, currencies);
}

function valueFlaw(
  fields: Record<string, string>,
  layout: LineLayout,
  currencies: ReadonlySet<string>,
): Omit<Flaw, "row"> | null {
  const key = Object.values(layout.key);
  if (key.every((column) => (fields[column] ?? "") === ""))
    return { column: key[0] ?? "", reason: `The key is empty: ${key.join(", ")}.`, fields };
  const divided = [...key, ...Object.values(layout.dimensions)].find((column) => fields[column]?.includes("\u001f"));
  if (divided) return { column: divided, reason: `${divided} contains a unit separator, which is no text.`, fields };
  const flaw = amountFlaw(fields[layout.amount] ?? "", layout);
  if (flaw) return { column: layout.amount, reason: `${layout.amount} ${flaw}.`, fields };
  const currency = layout.currencyIs ?? fields[layout.currency] ?? "";
  if (!currencies.has(currency)) {
    const reason = currency === "" ? "is empty" : `“${currency}” is no currency`;
    return { column: layout.currency, reason: `${layout.currency} ${reason}.`, fields };
  }
  return null;
}

function csvRow(text: string, header: readonly string[], delimiter: string) {
  const fields = csvFields(text, delimiter);
  if (fields.length !== header.length)
    return { reason: `The row has ${fields.length} columns, the header has ${header.length}.` };
  return { fields: Object.fromEntries(header.map((column, at) => [column, fields[at] ?? ""])) };
}

function jsonRow(text: string): { reason: string } | { fields: Record<string, string> } {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { reason: "The row is not JSON." };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || isLosslessNumber(value))
    return { reason: "The row is not a JSON object." };
  return { fields: Object.fromEntries(Object.entries(value).map(([column, field]) => [column, fieldText(field)])) };
}

function fieldText(field: unknown): string {
  if (field === null || field === undefined) return "";
  if (typeof field === "string") return field;
  if (isLosslessNumber(field)) return field.value;
  return typeof field === "boolean" ? String(field) : JSON.stringify(field);
}

function decode(bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** A byte order mark is no part of the first column's name. */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
