import type { TopicName, TopicRows } from "../../schemas/topic.ts";
import type { Actor, Scope } from "../context.ts";

/** Whose eyes a topic is drawn for: two people with the same entities share one channel. */
export type Audience = Actor["entities"];

/** Whose eyes a topic is drawn for whose words differ by role, or whose rows keep to periods. */
export type Reader = Pick<Actor, "role" | "entities" | "periods">;

/** A live topic as a declared value; listed once in `topics.ts`. */
export interface Topic<N extends TopicName = TopicName> {
  name: N;
  /** What a subscriber must be allowed to do. */
  scope: Scope;
  /** Names of the path segments after the topic's name: `close/<period>`. */
  params: readonly string[];
  /** True where time alone changes rows, so that they are looked at again each second. */
  ticks: boolean;
  /** True where what is said differs by role: then only people of one role share a channel. */
  byRole?: boolean;
  /** True where the rows keep to the periods somebody is limited to; then only people of the same share a channel. */
  byPeriods?: boolean;
  /** All rows as they are now for this reader. A segment that names nothing known answers null. */
  rows(params: Record<string, string>, reader: Reader): Promise<Rows<N> | null> | Rows<N> | null;
}

export type Rows<N extends TopicName> = Record<string, TopicRows[N]>;

export function defineTopic<N extends TopicName>(topic: Topic<N>): Topic<N> {
  return topic;
}
