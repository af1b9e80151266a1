import fc from "fast-check";
import { expect, test } from "vitest";
import { createMetrics } from "../metrics.ts";
import { createRoom } from "./room.ts";

const roomOf = (bytes: number, events: number) => createRoom({ bytes, events, wait: 60_000 }, createMetrics());

test("input beyond the bytes or events that may wait is turned away, and let in when room is free again", () => {
  const room = roomOf(100, 10);
  const release = room({ source: "a", bytes: 90, events: 1 });
  expect(() => room({ source: "b", bytes: 11, events: 1 })).toThrow("waiting to be stored");
  expect(() => room({ source: "b", bytes: 1, events: 10 })).toThrow("waiting to be stored");
  release();
  release();
  expect(() => room({ source: "b", bytes: 90, events: 10 })).not.toThrow();
});

test("one input alone is let in whatever its size", () => {
  expect(() => roomOf(100, 10)({ source: "a", bytes: 1_000, events: 500 })).not.toThrow();
});

test("while there are others no sender fills the room", () => {
  const room = roomOf(100, 1_000);
  room({ source: "small", bytes: 5, events: 1 });
  for (let sent = 0; sent < 7; sent += 1) room({ source: "large", bytes: 10, events: 1 });
  expect(() => room({ source: "large", bytes: 10, events: 1 })).toThrow("of yours");
  expect(() => room({ source: "small", bytes: 10, events: 1 })).not.toThrow();
});

test("while what was read waits too long nothing more is let in, and a body on its way counts as nobody's wait", () => {
  let now = 0;
  const room = createRoom({ bytes: 1e9, events: 1e6, wait: 2_000 }, createMetrics(), () => now);
  room({ source: "slow", bytes: 500, events: 0 });
  now = 60_000;
  const releases = Array.from({ length: 3 }, () => room({ source: "a", bytes: 0, events: 1_000 }));
  now += 2_001;
  expect(() => room({ source: "b", bytes: 10, events: 0 })).toThrow("waiting to be stored");
  releases[0]!();
  expect(() => room({ source: "b", bytes: 10, events: 0 })).not.toThrow();
});

test("whatever comes and goes, no more is held than may be, unless by one alone", () => {
  const inputs = fc.array(
    fc.record({ source: fc.constantFrom("a", "b", "c"), bytes: fc.nat(60), events: fc.nat(6), leave: fc.nat(5) }),
  );
  fc.assert(
    fc.property(inputs, (given) => {
      const room = roomOf(100, 10);
      const held: { bytes: number; events: number; release(): void }[] = [];
      for (const { leave, ...taken } of given) {
        try {
          held.push({ ...taken, release: room(taken) });
        } catch {
          held.splice(leave, 1)[0]?.release();
        }
        const sum = (key: "bytes" | "events") => held.reduce((total, each) => total + each[key], 0);
        expect(sum("bytes")).toBeLessThanOrEqual(100);
        expect(sum("events")).toBeLessThanOrEqual(10);
      }
    }),
  );
});
