/** When something was stated and by which event. Of two statements the later one holds; rank and id settle the rest. */
export interface Stamp {
  /** Event time, an instant. */
  at: string;
  rank: number;
  eventId: string;
}

export type Stamped<T = string> = Stamp & { value: T };

/** Nothing stated yet; earlier than anything that can be. The tables hold the same. */
export const NOTHING: Stamped = { at: "1970-01-01T00:00:00.000Z", rank: 0, eventId: "", value: "" };

export function isLater(one: Stamp, other: Stamp): boolean {
  if (one.at !== other.at) return one.at > other.at;
  if (one.rank !== other.rank) return one.rank > other.rank;
  return one.eventId > other.eventId;
}
