import type Big from "big.js";
import { exactText, type Exact } from "./exact.ts";

/**
 * An amount as decimal text with at least its currency's minor digits (JPY 0, EUR 2, KWD 3); digits beyond them are
 * kept, never rounded away.
 */
export function decimalText(amount: Big | Exact, currency: string): string {
  return padded(typeof amount === "bigint" ? exactText(amount) : amount.toFixed(), currency);
}

/** For sentences: `22,231.55 EUR`, without its sign. */
export function moneyText(amount: Big | Exact | string, currency: string): string {
  const text = typeof amount === "string" ? padded(amount, currency) : decimalText(amount, currency);
  const [whole = "0", fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped}${fraction ? `.${fraction}` : ""}${currency ? ` ${currency}` : ""}`;
}

/** As `moneyText`, with a sign people can read: `− 22,231.55 EUR`. */
export function signedMoneyText(amount: Big | Exact | string, currency: string): string {
  const negative = typeof amount === "string" ? amount.startsWith("-") : decimalText(amount, currency).startsWith("-");
  return `${negative ? "−" : "+"} ${moneyText(amount, currency)}`;
}

function padded(text: string, currency: string): string {
  const digits = minorDigits(currency);
  const [whole = "0", fraction = ""] = text.split(".");
  const kept = fraction.replace(/0+$/, "").padEnd(digits, "0");
  return kept ? `${whole}.${kept}` : whole;
}

const digits = new Map<string, number>();

/** Digits after the point a currency is counted in; 0 for what is no currency. */
export function minorDigits(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 0;
  const known =
    digits.get(currency) ??
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ??
    2;
  digits.set(currency, known);
  return known;
}
