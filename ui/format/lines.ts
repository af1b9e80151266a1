import type { DifferenceKind, LineComparison, LineDifference, LineValues } from "../../schemas/wire/lines.ts";
import type { Sheet } from "./csv.ts";
import { amount, count, listed, money, numberWord } from "./money.ts";

export const KINDS: readonly DifferenceKind[] = ["missing", "extra", "different", "duplicated"];

/** What each kind of difference means, for whoever rests on the word. */
export function kindHint(kind: DifferenceKind, { left, right }: Pick<LineComparison, "left" | "right">): string {
  if (kind === "missing") return `${left.datasetTitle} has it, ${right.datasetTitle} does not.`;
  if (kind === "extra") return `${right.datasetTitle} has it, ${left.datasetTitle} does not.`;
  if (kind === "different") return "Both have it and say something else.";
  return "Both have this very line, one of them more often.";
}

/** A column's value as text; amounts grouped, with the decimals of their currency. */
export function valueOf(line: LineValues, column: string): string {
  if (column === "amount") return amount(line.amount, line.currency);
  return column === "currency" ? line.currency : (line.dimensions[column] ?? "");
}

/** Two texts with the characters between their common beginning and end told apart. */
export function marked(text: string, other: string): { before: string; differs: string; after: string } {
  const shorter = Math.min(text.length, other.length);
  let from = 0;
  while (from < shorter && text[from] === other[from]) from++;
  let end = 0;
  while (end < shorter - from && text.at(-1 - end) === other.at(-1 - end)) end++;
  const to = text.length - end;
  return { before: text.slice(0, from), differs: text.slice(from, to), after: text.slice(to) };
}

/** `posting_date` as people would head a column: `posting date`. */
export function columnWord(column: string): string {
  return column.replaceAll("_", " ");
}

/** `Twelve lines differ: ten are missing in Anaplan (− 1,200.00 EUR) and two are extra.` */
export function differSentence({ totals, left, right, capped }: LineComparison): string {
  const said = KINDS.filter((kind) => totals[kind].lines > 0);
  const all = said.reduce((sum, kind) => sum + totals[kind].lines, 0);
  if (all === 0) return `Every line of ${left.datasetTitle} is in ${right.datasetTitle}, and says the same.`;
  const parts = said.map((kind) => `${count(totals[kind].lines)} ${kind}`);
  const more = capped ? " There are more; these are the first." : "";
  return `${numberWord(all)} ${all === 1 ? "line differs" : "lines differ"}: ${listed(parts)}.${more}`;
}

/** What lines do to the right side's sum, by currency: `− 1,200.00 EUR`. */
export function effectText(effect: readonly { currency: string; amount: string }[]): string {
  const said = effect.filter(({ amount: value }) => Number(value) !== 0);
  return said.length === 0
    ? "no effect"
    : said.map((each) => money(each.amount, each.currency, { plus: true })).join(", ");
}

/** How much more the right says than the left, exactly; null where currencies differ. */
export function shift({ left, right, copies }: LineDifference): string | null {
  if (left && right && left.currency !== right.currency) return null;
  const [a, b] = [scaled(left?.amount ?? "0"), scaled(right?.amount ?? "0")];
  return textOf(b * BigInt(copies.right) - a * BigInt(copies.left));
}

const DIGITS = 12;

function scaled(value: string): bigint {
  const [whole = "0", fraction = ""] = value.split(".");
  return BigInt(whole + fraction.padEnd(DIGITS, "0"));
}

function textOf(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(DIGITS + 1, "0");
  const fraction = digits.slice(-DIGITS).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -DIGITS)}${fraction && `.${fraction}`}`;
}

/** Differing lines as a table, both sides beside each other, then what matches in sum. */
export function lineSheet({ keyColumns, columns, left, right }: LineComparison, of: LineSheetRows): Sheet {
  const sides = [left.datasetTitle, right.datasetTitle];
  const head = [
    ...["kind", ...keyColumns],
    ...sides.flatMap((side) => columns.map((column) => `${side}: ${column}`)),
    ...["copies left", "copies right", "difference", "differs in", "match", "ambiguous"],
  ];
  const said = (line: LineValues | null) =>
    columns.map((column) => {
      if (!line) return null;
      return column === "amount" ? line.amount : valueOf(line, column);
    });
  const differing = of.differences.map((each) => [
    ...[each.kind, ...keyColumns.map((column) => each.key[column] ?? null)],
    ...[...said(each.left), ...said(each.right), each.copies.left, each.copies.right, shift(each)],
    ...[each.differs.join(", "), null, each.ambiguous ? "ambiguous" : null],
  ]);
  const matching = of.matches.flatMap((match, at) => {
    const group = `${match.shape} no. ${at + 1}`;
    const flag = match.ambiguous ? "ambiguous" : null;
    return (["left", "right"] as const).flatMap((side) =>
      match[side].map((line) => [
        ...["matches in sum", ...keyColumns.map((column) => line.key[column] ?? null)],
        ...[...said(side === "left" ? line : null), ...said(side === "right" ? line : null)],
        ...[null, null, null, null, group, flag],
      ]),
    );
  });
  const numbers = [...sides.map((side) => `${side}: amount`), "difference"];
  return { head, rows: [...differing, ...matching], numbers };
}

type LineSheetRows = Pick<LineComparison, "differences" | "matches">;
