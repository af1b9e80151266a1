/** When something was stated. Of two statements the later one holds; rank, then the value itself, settle the rest. */
export interface Stamped {
  /** Event time, an instant. */
  at: string;
  rank: number;
  value: string;
}

/** Nothing stated yet; earlier than anything that can be. The tables hold the same. */
export const NOTHING: Stamped = { at: "1970-01-01T00:00:00.000Z", rank: 0, value: "" };

export function isLater(one: Stamped, other: Stamped): boolean {
  if (one.at !== other.at) return one.at > other.at;
  if (one.rank !== other.rank) return one.rank > other.rank;
  return isGreater(one.value, other.value);
}

/** Compares by the bytes of UTF-8, as the tables do; JavaScript's own order differs beyond the basic plane. */
export function isGreater(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0;
}
