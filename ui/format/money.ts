/** Amounts stay decimal text from the ledger to the screen; nothing here turns one into a float to show it exactly. */

const MINUS = "−";

function decimals(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** `4,812,334.10`; `plus` also marks what is positive. */
export function amount(value: string, currency: string, options: { plus?: boolean } = {}): string {
  const negative = value.startsWith("-");
  const [whole = "0", fraction = ""] = value.replace(/^[-+]/, "").split(".");
  const grouped = whole.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");
  const shown = fraction.replace(/0+$/, "").padEnd(decimals(currency), "0");
  const text = shown ? `${grouped}.${shown}` : grouped;
  const zero = /^[0.,]*$/.test(text);
  return zero ? text : negative ? `${MINUS} ${text}` : options.plus ? `+ ${text}` : text;
}

/** `22,231.55 EUR` */
export function money(value: string, currency: string, options: { plus?: boolean } = {}): string {
  return currency ? `${amount(value, currency, options)} ${currency}` : amount(value, currency, options);
}

/** `−22k`, for a cell where the exact amount is one hover away. */
export function shortAmount(value: string): string {
  const negative = value.startsWith("-");
  const number = Number(value.replace(/^-/, ""));
  const text =
    number >= 999_500
      ? `${(number / 1e6).toFixed(number >= 9.95e6 ? 0 : 1)}m`
      : number >= 999.5
        ? `${Math.round(number / 1e3)}k`
        : `${Math.round(number)}`;
  return (negative ? MINUS : "") + text;
}

/** `18,412` */
export function count(value: string | number): string {
  return amount(String(value), "").replace(/\.00$/, "");
}

const WORDS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

/** Numbers up to twelve as words, as a sentence begins. */
export function numberWord(value: number): string {
  return WORDS[value] ?? String(value);
}

/** `DE01, BR01 and US02` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
