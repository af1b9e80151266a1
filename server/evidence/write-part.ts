import Big from "big.js";
import { createWriteStream, mkdirSync } from "node:fs";
import { finished, pipeline } from "node:stream/promises";
import { join } from "node:path";
import { once } from "node:events";
import type { ReadableStream as WebStream } from "node:stream/web";
import { writeXlsxStream } from "hucre/xlsx";
import type { EvidenceManifest } from "../../schemas/wire/evidence.ts";
import { csvLine } from "./csv-line.ts";
import { linesOf } from "./lines-of.ts";
import type { ColumnKind, EvidencePart } from "./part.ts";
import type { PlainRow } from "./part-rows.ts";

type Written = EvidenceManifest["parts"][number];

/** A sheet's cell holds this many characters; the whole text is in the other files. */
const CELL_CHARACTERS = 32_767;
const INSTANT = { numFmt: "yyyy-mm-dd hh:mm:ss", width: 19 };
/** Digits a sheet's number keeps; an amount with more is written as text. */
const EXACT_DIGITS = 15;

/**
 * Writes a part's rows below `folder` as NDJSON and CSV while they are read, and from the NDJSON as a sheet: the three say
 * the same. Memory is a page's. `told` is given the rows of each page.
 */
export async function writePart(
  folder: string,
  part: EvidencePart,
  pages: AsyncIterable<PlainRow[]>,
  told: (rows: number) => Promise<void>,
): Promise<Written> {
  const { name, title, about, long = [] } = part;
  const wide = Object.keys(part.columns).filter((column) => !long.includes(column));
  mkdirSync(join(folder, name), { recursive: true });
  const path = (ending: string) => `${name}/${name}.${ending}`;
  const ndjson = createWriteStream(join(folder, path("ndjson")));
  const csv = createWriteStream(join(folder, path("csv")));
  const sums = summing(part);
  await write(csv, `\uFEFF${csvLine(wide)}`);
  let rows = 0;
  for await (const page of pages) {
    await write(ndjson, page.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await write(csv, page.map((row) => csvLine(wide.map((column) => row[column]!))).join(""));
    for (const row of page) sums.add(row);
    rows += page.length;
    await told(page.length);
  }
  await Promise.all([ndjson, csv].map((file) => (file.end(), finished(file))));
  await writeSheet(join(folder, path("ndjson")), join(folder, path("xlsx")), part, wide);
  return { ...{ name, title, about, rows, ndjson: path("ndjson"), leftOut: null }, sums: sums.total() };
}

async function write(file: NodeJS.WritableStream, text: string): Promise<void> {
  if (!file.write(text)) await once(file, "drain");
}

async function writeSheet(from: string, to: string, { name, columns }: EvidencePart, wide: string[]): Promise<void> {
  async function* rows() {
    for await (const line of linesOf(from)) {
      const row = JSON.parse(line) as PlainRow;
      yield wide.map((column) => sheetCell(row[column]!, columns[column]!));
    }
  }
  const sheet = writeXlsxStream(rows(), {
    name: name.slice(0, 31),
    columns: wide.map((column) => ({ header: column, ...(columns[column] === "instant" ? INSTANT : {}) })),
    freezePane: { rows: 1 },
  });
  await pipeline(sheet as unknown as WebStream, createWriteStream(to));
}

function sheetCell(value: PlainRow[string], kind: ColumnKind): string | number | boolean | Date | null {
  if (typeof value !== "string") return value;
  if (kind === "amount" && /^-?\d+(\.\d+)?$/.test(value) && value.replace(/[-.]/g, "").length <= EXACT_DIGITS) {
    return Number(value);
  }
  if (kind === "instant" && !Number.isNaN(Date.parse(value))) return new Date(value);
  return value.length > CELL_CHARACTERS ? `${value.slice(0, CELL_CHARACTERS - 1)}…` : value;
}

/** Adds amounts up as the part says; exact. */
function summing({ sums }: EvidencePart): { add(row: PlainRow): void; total(): Written["sums"] } {
  if (!sums) return { add: () => {}, total: () => null };
  const totals = new Map<string, { key: string[]; sum: Big }>();
  return {
    add(row) {
      const key = sums.by.map((column) => String(row[column] ?? ""));
      const amount = new Big(String(row[sums.column] ?? "0"));
      const found = totals.get(key.join("\u001f"));
      if (found) found.sum = found.sum.plus(amount);
      else totals.set(key.join("\u001f"), { key, sum: amount });
    },
    total: () => ({
      column: sums.column,
      by: [...sums.by],
      totals: [...totals.values()].map(({ key, sum }) => ({ key, sum: sum.toFixed() })),
    }),
  };
}
