import { describe, expect, it } from "vitest";
import type { CollectedEvent } from "./collected-event.ts";
import { createGathering, playHistory } from "./play-history.ts";

const at = (day: number) => new Date(Date.UTC(2026, 7, day));
const event = (name: string) => ({ name }) as unknown as CollectedEvent;

/** A clock to step, and what was done in which order. */
function stage(from: Date) {
  let now = from;
  const done: string[] = [];
  const gathering = createGathering({
    accept: async (events, source) => void done.push(`${events.length} of ${source} durable`),
    cursors: {
      load: async () => null,
      save: async (system, cursor) => void done.push(`${system} at ${String(cursor)}`),
    },
  });
  const play = (stops: Date[], until: Date) =>
    playHistory({
      clock: { now: () => now, stepTo: (instant) => (now = instant) },
      until,
      systems: ["erp"],
      stops,
      collecting: {
        async pollNow(system) {
          done.push(`read ${now.getUTCDate()}`);
          await gathering.accept([event(String(now.getUTCDate()))], system);
          await gathering.cursors.save(system, now.getUTCDate());
        },
      },
      flush: gathering.flush,
      progress: (share) => void done.push(`${Math.round(share * 100)} %`),
    });
  return { gathering, play, done };
}

describe("playHistory", () => {
  it("reads at each stop and the end, and makes what it read durable before its cursors", async () => {
    const { gathering, play, done } = stage(at(1));
    gathering.gather(true);
    await play([at(2), at(3)], at(5));
    expect(done).toEqual(["read 2", "read 3", "read 5", "3 of erp durable", "erp at 5", "100 %"]);
  });

  it("goes on from where it was interrupted", async () => {
    const { gathering, play, done } = stage(at(3));
    gathering.gather(true);
    await play([at(2), at(3), at(4)], at(5));
    expect(done.filter((line) => line.startsWith("read"))).toEqual(["read 4", "read 5"]);
  });

  it("passes events straight on once history is over", async () => {
    const { gathering, done } = stage(at(1));
    gathering.gather(false);
    await gathering.accept([event("a")], "erp");
    await gathering.cursors.save("erp", 7);
    expect(done).toEqual(["1 of erp durable", "erp at 7"]);
  });
});
