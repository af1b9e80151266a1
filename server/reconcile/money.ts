import Big from "big.js";

/**
 * An amount as decimal text with at least its currency's minor digits (JPY 0, EUR 2, KWD 3); digits beyond them are
 * kept, never rounded away.
 */
export function decimalText(amount: Big, currency: string): string {
  const own = amount.toFixed().split(".")[1]?.length ?? 0;
  return amount.toFixed(Math.max(own, minorDigits(currency)));
}

/** For sentences: `22,231.55 EUR`, without its sign. */
export function moneyText(amount: Big | string, currency: string): string {
  const [whole = "0", fraction] = decimalText(Big(amount).abs(), currency).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped}${fraction ? `.${fraction}` : ""}${currency ? ` ${currency}` : ""}`;
}

/** As `moneyText`, with a sign people can read: `− 22,231.55 EUR`. */
export function signedMoneyText(amount: Big | string, currency: string): string {
  return `${Big(amount).lt(0) ? "−" : "+"} ${moneyText(amount, currency)}`;
}

const digits = new Map<string, number>();

function minorDigits(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 0;
  const known =
    digits.get(currency) ??
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ??
    2;
  digits.set(currency, known);
  return known;
}
