/**
 * Amounts inside the world are whole numbers of minor units (two decimals in every currency played), which are exact
 * up to 2^53: ninety million million in major units.
 */
export function minorOf(text: string): number {
  const [, sign, whole, cents] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  const minor = Number(whole) * 100 + Number((cents ?? "0").padEnd(2, "0"));
  if (whole === undefined || !Number.isSafeInteger(minor))
    throw new RangeError(`Not an amount of two decimals: ${text}`);
  return sign ? -minor : minor;
}

/** `481233410` → `4812334.10`. */
export function decimalOf(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  return `${minor < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Splits an amount into uneven parts that add up to it exactly. */
export function splitMinor(minor: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const parts = weights.map((weight) => Math.trunc((minor * weight) / sum));
  const rest = minor - parts.reduce((total, part) => total + part, 0);
  parts[parts.length - 1]! += rest;
  return parts;
}
