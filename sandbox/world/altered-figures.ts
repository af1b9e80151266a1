import type { SimTotals } from "../../collectors/sandbox.ts";
import type { AlteredFigures } from "../scenario.ts";
import { decimalOf, minorOf } from "./money.ts";

type Figures = SimTotals["accounts"][number];

/** Totals as they stand where somebody or something altered them. */
export function alteredAs(totals: SimTotals, by: AlteredFigures["by"]): SimTotals {
  const { accounts } = totals;
  switch (by.kind) {
    case "sign-turned":
      return { ...totals, accounts: accounts.map((each) => figures(each, each.count, each.credit, each.debit)) };
    case "loaded-twice":
      return { ...totals, accounts: accounts.map((each) => added(each, each)) };
    case "adjusted":
      return { ...totals, accounts: adjusted(accounts, by.account, by.amount) };
  }
}

function adjusted(accounts: readonly Figures[], account: string, amount: string): Figures[] {
  const [debit, credit] = minorOf(amount) < 0 ? ["0", decimalOf(-minorOf(amount))] : [amount, "0"];
  const entry = figures({ account }, 1, debit, credit);
  const others = accounts.filter((each) => each.account !== account);
  const before = accounts.find((each) => each.account === account);
  return [...others, before ? added(before, entry) : entry].sort((one, other) =>
    one.account < other.account ? -1 : 1,
  );
}

function added(one: Figures, other: Figures): Figures {
  const sum = (side: "debit" | "credit") => decimalOf(minorOf(one[side]) + minorOf(other[side]));
  return figures(one, one.count + other.count, sum("debit"), sum("credit"));
}

function figures({ account }: Pick<Figures, "account">, count: number, debit: string, credit: string): Figures {
  return { account, count, debit, credit, net: decimalOf(minorOf(debit) - minorOf(credit)) };
}
