/**
 * An amount as a whole number of 10⁻¹², the scale control totals are stored at. Sums are exact; what would not fit the
 * store's Decimal(38, 12) is refused by name, never rounded.
 */
export type Exact = bigint;

export type MisfitCode = "not-a-number" | "amount-too-large" | "scale-too-fine";

/** A figure that cannot be reckoned with exactly. */
export class FigureMisfit extends Error {
  readonly code: MisfitCode;

  constructor(code: MisfitCode, message: string) {
    super(message);
    this.name = "FigureMisfit";
    this.code = code;
  }
}

const DIGITS = 12;
const SCALE = 10n ** BigInt(DIGITS);
/** The first number that has more than 38 digits. */
const BOUND = 10n ** 38n;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** @throws {FigureMisfit} for text that is no decimal number, has more than 26 digits before the point or 12 after it */
export function exactOf(text: string): Exact {
  if (!DECIMAL.test(text)) throw new FigureMisfit("not-a-number", `“${text}” is no decimal number.`);
  const dot = text.indexOf(".");
  if (dot < 0) return bounded(BigInt(text) * SCALE);
  let fraction = text.slice(dot + 1);
  if (fraction.length > DIGITS) {
    fraction = fraction.replace(/0+$/, "");
    if (fraction.length > DIGITS)
      throw new FigureMisfit("scale-too-fine", `${text} has more than ${DIGITS} digits after the point.`);
  }
  return bounded(BigInt(text.slice(0, dot) + fraction.padEnd(DIGITS, "0")));
}

/** @throws {FigureMisfit} for what has more than 26 digits before the point */
export function bounded(value: Exact): Exact {
  if (value < BOUND && value > -BOUND) return value;
  throw new FigureMisfit("amount-too-large", `${exactText(value)} has more than 26 digits before the point.`);
}

/** @throws {FigureMisfit} where the product has more digits than can be kept */
export function product(amount: Exact, factor: Exact): Exact {
  const whole = amount * factor;
  if (whole % SCALE !== 0n) {
    throw new FigureMisfit(
      "scale-too-fine",
      `${exactText(amount)} × ${exactText(factor)} has more than ${DIGITS} digits after the point.`,
    );
  }
  return bounded(whole / SCALE);
}

/** Decimal text without trailing zeros. */
export function exactText(value: Exact): string {
  const digits = magnitude(value)
    .toString()
    .padStart(DIGITS + 1, "0");
  const fraction = digits.slice(-DIGITS).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -DIGITS)}${fraction && `.${fraction}`}`;
}

export function magnitude(value: Exact): Exact {
  return value < 0n ? -value : value;
}

/** What was reckoned; null where a figure could not be reckoned with. */
export function readable<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof FigureMisfit) return null;
    throw error;
  }
}
