import type { Total } from "../../schemas/run.ts";
import { exactOf, exactText, readable, type Exact } from "../reconcile/exact.ts";

/** What was read from a file. */
export interface ReadLines {
  rows: number;
  flaws: number;
  sums: readonly { currency: string; lines: number; net: string }[];
}

/** What it was said to be. */
export interface Said {
  rowCount?: number | undefined;
  sums?: Record<string, string> | undefined;
  /** The latest control totals the run itself reported of the dataset, entity, period and version. */
  totals: readonly Pick<Total, "account" | "currency" | "measure" | "value">[];
}

export interface Held {
  verified: string[];
  /** The first thing that is not as declared, in a sentence; empty where all is. */
  mismatch: string;
}

/** Holds lines against what was declared. Sums say nothing while rows are missing from them, so they are left out then. */
export function holdAgainst(read: ReadLines, said: Said): Held {
  const verified: string[] = [];
  const rows = read.rows + read.flaws;
  if (said.rowCount !== undefined) {
    if (said.rowCount !== rows) {
      const cut = rows < said.rowCount ? " It may be cut short." : "";
      return { verified, mismatch: `The file holds ${rows} rows, ${said.rowCount} were declared.${cut}` };
    }
    verified.push("row count");
  }
  if (read.flaws > 0) return { verified, mismatch: "" };
  if (said.sums) {
    const mismatch = sumsOff(read, said.sums, "were declared");
    if (mismatch) return { verified, mismatch };
    verified.push("sums");
  }
  const totals = topTotals(said.totals);
  if (totals.length > 0) {
    const mismatch = totalsOff(read, totals);
    if (mismatch) return { verified, mismatch };
    verified.push("control totals of the run");
  }
  return { verified, mismatch: "" };
}

function sumsOff(read: ReadLines, said: Record<string, string>, how: string): string {
  const found = new Map(read.sums.map(({ currency, net }) => [currency, exactOf(net)]));
  for (const currency of new Set([...Object.keys(said), ...found.keys()])) {
    const net = found.get(currency) ?? 0n;
    const wanted = exactOf(said[currency] ?? "0");
    if (net !== wanted) return `The amounts add up to ${exactText(net)} ${currency}, ${exactText(wanted)} ${how}.`;
  }
  return "";
}

/** Totals over all accounts, where a report has them beside those of single accounts. */
function topTotals(totals: Said["totals"]): Said["totals"] {
  const top = totals.filter(({ account }) => account === "");
  return top.length > 0 ? top : totals;
}

function totalsOff(read: ReadLines, totals: Said["totals"]): string {
  const count = sumOf(totals.filter(({ measure }) => measure === "count"));
  if (count !== null && count !== exactOf(String(read.rows)))
    return `The file holds ${read.rows} rows, the run reported ${exactText(count)}.`;
  const nets = totals.filter(({ measure }) => measure === "net");
  const currencies = [...new Set(nets.map(({ currency }) => currency))];
  if (currencies.length === 1 && currencies[0] === "" && read.sums.length === 1)
    return sumsOff(read, { [read.sums[0]!.currency]: netText(nets) }, "were reported by the run");
  if (currencies.length === 0 || currencies.includes("")) return "";
  const said = currencies.map((currency) => [currency, netText(nets.filter((each) => each.currency === currency))]);
  return sumsOff(read, Object.fromEntries(said) as Record<string, string>, "were reported by the run");
}

function netText(totals: Said["totals"]): string {
  return exactText(sumOf(totals) ?? 0n);
}

function sumOf(totals: Said["totals"]): Exact | null {
  const values = totals.map(({ value }) => readable(() => exactOf(value)) ?? 0n);
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0n) : null;
}
