import { travels } from "./accounts.ts";
import { decimalOf } from "./money.ts";

/** One line of a document; amounts in minor units, one of debit and credit is 0. */
export interface Line {
  at: number;
  account: string;
  debit: number;
  credit: number;
  /** The fault that made it, so that a model can refuse exactly these rows. */
  tag: string | null;
  document: string;
}

export interface AccountTotals {
  account: string;
  count: number;
  debit: string;
  credit: string;
  net: string;
}

/** An entity's ledger for one period, whose totals at any instant cost a binary search an account. */
export interface Book {
  /** Totals of what was posted up to `at`, without the lines of the tags given. `all` takes balance-sheet accounts too. */
  totals(at: number, scope: "all" | "travelling", without: readonly string[]): AccountTotals[];
  /** Lines of the travelling accounts posted up to `at`. */
  count(at: number): number;
  /** Travelling lines of a tag posted up to `at`. */
  tagged(tag: string, at: number): Line[];
}

interface Column {
  account: string;
  at: number[];
  /** Running sums, one longer than `at`: the first is nothing. */
  debit: number[];
  credit: number[];
}

/** `lines` in order of time. */
export function createBook(lines: readonly Line[]): Book {
  const columns = new Map<string, Column>();
  const tags = new Map<string, Line[]>();
  for (const line of lines) {
    const column = columns.get(line.account) ?? { account: line.account, at: [], debit: [0], credit: [0] };
    columns.set(line.account, column);
    column.at.push(line.at);
    column.debit.push(column.debit.at(-1)! + line.debit);
    column.credit.push(column.credit.at(-1)! + line.credit);
    if (line.tag !== null) tags.set(line.tag, [...(tags.get(line.tag) ?? []), line]);
  }
  const sorted = [...columns.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
  const travelling = sorted.filter((column) => travels(column.account));
  const tagged = (tag: string, at: number) =>
    (tags.get(tag) ?? []).filter((line) => line.at <= at && travels(line.account));

  return {
    tagged,
    count: (at) => travelling.reduce((sum, column) => sum + reached(column.at, at), 0),
    totals(at, scope, without) {
      const left = without.flatMap((tag) => tagged(tag, at));
      return (scope === "all" ? sorted : travelling).flatMap((column) => {
        const here = left.filter((line) => line.account === column.account);
        const posted = reached(column.at, at);
        const count = posted - here.length;
        if (count === 0) return [];
        const debit = column.debit[posted]! - here.reduce((sum, line) => sum + line.debit, 0);
        const credit = column.credit[posted]! - here.reduce((sum, line) => sum + line.credit, 0);
        const texts = { debit: decimalOf(debit), credit: decimalOf(credit), net: decimalOf(debit - credit) };
        return [{ account: column.account, count, ...texts }];
      });
    },
  };
}

/** How many of the ascending instants are at or before `at`. */
function reached(instants: readonly number[], at: number): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instants[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
