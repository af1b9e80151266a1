import type { Change, Snapshot } from "../../schemas/topic.ts";

/**
 * The last rows sent on one topic to one audience, and their sequence number. Rows are compared as text, so a row that
 * was computed anew but says the same is not sent again.
 */
export interface Channel {
  snapshot(): Snapshot;
  /** Takes the rows as they are now; answers what changed, or null. */
  advance(rows: Record<string, unknown>): Change | null;
}

export function createChannel(topic: string): Channel {
  let sequence = 0;
  let texts = new Map<string, string>();
  return {
    snapshot: () => ({
      topic,
      sequence,
      rows: Object.fromEntries([...texts].map(([key, text]) => [key, JSON.parse(text) as unknown])),
    }),
    advance(rows) {
      const set: Record<string, unknown> = {};
      const next = new Map<string, string>();
      for (const [key, row] of Object.entries(rows)) {
        const text = JSON.stringify(row);
        next.set(key, text);
        if (texts.get(key) !== text) set[key] = row;
      }
      const drop = [...texts.keys()].filter((key) => !next.has(key));
      texts = next;
      if (drop.length === 0 && Object.keys(set).length === 0) return null;
      sequence += 1;
      return { topic, sequence, set, drop };
    },
  };
}
