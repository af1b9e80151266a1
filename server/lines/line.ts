/** A line as the pure parts see it, its columns by their place. */
export interface Line {
  key: readonly string[];
  /** Decimal text without trailing zeros. */
  amount: string;
  currency: string;
  /** Those both sides have, in the order of their names. */
  dimensions: readonly string[];
  /** What it was before everything a rule declares happened to it, where that changed it. */
  handedIn?: Line;
  /** Its amount as translated, in 10⁻²⁴, before it was rounded to its currency's minor unit. */
  translated?: bigint;
}

/** All a line says besides its key, as one text. */
export function valuesText({ amount, currency, dimensions }: Line): string {
  return JSON.stringify([currency, amount, ...dimensions]);
}

/** Where two lines differ: 0 is the amount, 1 the currency, then dimensions. */
export function differingPlaces(left: Line, right: Line): number[] {
  const values = [left.amount, left.currency, ...left.dimensions];
  const others = [right.amount, right.currency, ...right.dimensions];
  return values.flatMap((value, place) => (value === others[place] ? [] : [place]));
}

/** By key, then by what they say: the order everything about lines is told in. */
export function inLineOrder(a: Line, b: Line): number {
  return inOrder(JSON.stringify(a.key), JSON.stringify(b.key)) || inOrder(valuesText(a), valuesText(b));
}

export function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
