import type { LineLayout } from "../../../schemas/event/line-layout.ts";
import type { FileInsert } from "../clickhouse.ts";

/** How a file of lines becomes rows of `lines`; the first row that cannot be read exactly fails the whole of it. */
export interface LinesFile {
  load: string;
  path: string;
  format: "csv" | "ndjson" | "parquet";
  layout: LineLayout;
  /** What amounts look like, and whether the engine takes them as they are. */
  amountPattern: string;
  plainAmounts: boolean;
  /** ISO 4217 codes a line may carry. */
  currencies: readonly string[];
}

const FORMATS = { csv: "CSVWithNames", ndjson: "JSONEachRow", parquet: "Parquet" } as const;

/** Bytes of memory one statement about lines may take. */
export const LINES_MEMORY = 2_000_000_000;

export function linesInsert(file: LinesFile): FileInsert {
  const { layout } = file;
  const columns = new Set([...Object.values(layout.key), layout.amount, ...Object.values(layout.dimensions)]);
  if (!layout.currencyIs) columns.add(layout.currency);
  return {
    path: file.path,
    format: FORMATS[file.format],
    structure: [...columns].map((column) => `${name(column)} String`).join(", "),
    table: "lines (load, bucket, key_hash, row_hash, key, amount, currency, dimensions)",
    select: (source) => select(file, source),
    settings: {
      format_csv_delimiter: layout.delimiter,
      input_format_csv_detect_header: 0,
      input_format_csv_skip_trailing_empty_lines: 1,
      input_format_with_names_use_header: 1,
      input_format_skip_unknown_fields: 1,
      input_format_null_as_default: 1,
      input_format_json_read_numbers_as_strings: 1,
      input_format_json_read_bools_as_strings: 1,
      input_format_parquet_allow_missing_columns: 0,
      max_memory_usage: String(LINES_MEMORY),
    },
  };
}

/** Columns in the order of their names, so that both sides of a comparison hash them alike. */
export function inOrder(columns: Record<string, string>): [name: string, column: string][] {
  return Object.entries(columns).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function select({ load, layout, plainAmounts, amountPattern, currencies }: LinesFile, source: string): string {
  const keys = inOrder(layout.key).map(([, column]) => name(column));
  const dimensions = inOrder(layout.dimensions).map(([, column]) => name(column));
  const amount = name(layout.amount);
  const currency = layout.currencyIs ? text(layout.currencyIs) : name(layout.currency);
  const below = `(startsWith(${amount}, '-') OR startsWith(${amount}, '(') OR endsWith(${amount}, '-'))`;
  const digits = `replaceAll(replaceRegexpAll(${amount}, ${text(`[^0-9${layout.decimal}]`)}, ''), ${text(layout.decimal)}, '.')`;
  const plain = plainAmounts ? amount : `concat(if(${below}, '-', ''), ${digits})`;
  const readable = [
    `match(${amount}, ${text(amountPattern)})`,
    ...(layout.currencyIs ? [] : [`${currency} IN (${currencies.map(text).join(", ")})`]),
    `length(\`=key\`) > ${keys.length - 1}`,
    `isValidUTF8(\`=key\`) AND isValidUTF8(\`=dimensions\`)`,
    `countSubstrings(\`=key\`, ${SEPARATOR}) = ${keys.length - 1}`,
    `countSubstrings(\`=dimensions\`, ${SEPARATOR}) = ${Math.max(0, dimensions.length - 1)}`,
  ].join(" AND ");
  // Nothing is named as a column of the file could be: the engine would take the one for the other.
  return `WITH
      ${joined(keys)} AS \`=key\`,
      ${joined(dimensions)} AS \`=dimensions\`,
      toDecimal128OrZero(${plain}, 12) AS \`=amount\`,
      cityHash64(\`=key\`) AS \`=hash\`
    SELECT
      toUUID(${text(load)}), toUInt16(bitShiftRight(\`=hash\`, 48)), \`=hash\`,
      cityHash64(\`=key\`, \`=amount\`, ${currency}, \`=dimensions\`),
      \`=key\`, \`=amount\`, ${currency}, \`=dimensions\`
    FROM ${source}
    WHERE throwIf(NOT (${readable}), 'A row cannot be read.') = 0`;
}

/** Between the columns of a key or of dimensions; a value that contains it cannot be read. */
const SEPARATOR = "char(31)";

function joined(columns: readonly string[]): string {
  const [only = "''"] = columns;
  return columns.length > 1 ? `concatWithSeparator(${SEPARATOR}, ${columns.join(", ")})` : only;
}

function name(column: string): string {
  return `\`${column.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

export const LINE_EXTRACTS = "line_extracts";
export const LINE_FLAWS = "line_flaws";
