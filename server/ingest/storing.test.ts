import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PreparedRow } from "./insert-rows.ts";
import { createStoring, type StoringOptions } from "./storing.ts";

const rows = (...lines: string[]) => lines.map((line) => ({ line }) as PreparedRow);

/** A store that remembers what it was given; `inserts` are the groups, `kept` what went elsewhere. */
function storingWith(options: Partial<StoringOptions> = {}) {
  const inserts: string[][] = [];
  const kept: string[] = [];
  const failures: unknown[] = [];
  const stored: string[] = [];
  const storing = createStoring({
    insert: async (group) => {
      await setImmediate();
      inserts.push(group.map(({ line }) => line));
    },
    answers: async () => true,
    refused: async ({ line }) => void kept.push(line),
    failed: (error) => failures.push(error),
    ...{ again: 1, pace: 60_000, maxRows: 100, maxBytes: 1000, maxWaiting: 1000 },
    ...options,
  });
  const add = (...lines: string[]) => storing.add(rows(...lines), () => stored.push(...lines));
  return { storing, add, inserts, kept, failures, stored };
}

test("the first goes at once, what follows waits for company until somebody asks for it", async () => {
  const { storing, add, inserts, stored } = storingWith();
  add("a");
  await storing.caughtUp();
  add("b");
  add("c");
  await setImmediate();
  expect(stored).toEqual(["a"]);
  await storing.caughtUp();
  expect(inserts).toEqual([["a"], ["b", "c"]]);
  expect(stored).toEqual(["a", "b", "c"]);
});

test("who asks while a group is under way waits for it", async () => {
  const { storing, add, stored } = storingWith();
  add("a");
  await Promise.resolve();
  await storing.caughtUp();
  expect(stored).toEqual(["a"]);
  await storing.caughtUp();
});

test("a full group waits for nobody", async () => {
  const { storing, add, inserts } = storingWith({ maxRows: 2 });
  add("a");
  await storing.caughtUp();
  add("b");
  add("c", "d");
  add("e");
  while (inserts.length < 3) await setImmediate();
  expect(inserts).toEqual([["a"], ["b"], ["c", "d"]]);
  await storing.caughtUp();
  expect(inserts.at(-1)).toEqual(["e"]);
});

test("a row the store refuses is kept elsewhere, and fails no other", async () => {
  const taken: string[] = [];
  const insert = async (group: readonly PreparedRow[]) => {
    if (group.some(({ line }) => line === "bad")) throw new Error("refused");
    taken.push(...group.map(({ line }) => line));
  };
  const { storing, add, kept, stored } = storingWith({ insert });
  add("a", "b", "bad", "c");
  await storing.caughtUp();
  expect(taken).toEqual(["a", "b", "c"]);
  expect(kept).toEqual(["bad"]);
  expect(stored).toEqual(["a", "b", "bad", "c"]);
});

test.each([
  ["does not answer", { answers: async () => false }],
  ["takes nothing anywhere", { refused: () => Promise.reject(new Error("disk full")) }],
])("a store that %s is tried again, and nothing is lost", async (_what, options) => {
  let tries = 0;
  const taken: string[] = [];
  const insert = async (group: readonly PreparedRow[]) => {
    if (tries++ < 4) throw new Error("away");
    taken.push(...group.map(({ line }) => line));
  };
  const { storing, add, kept, failures } = storingWith({ ...options, insert });
  add("a", "b");
  await storing.caughtUp();
  expect(taken).toEqual(["a", "b"]);
  expect(kept).toEqual([]);
  expect(failures.length).toBeGreaterThan(0);
});

test("beyond the bytes that may wait, callers are held back until there is room", async () => {
  const { storing, add, stored } = storingWith({ maxWaiting: 2 });
  add("a");
  await storing.room();
  expect(stored).toEqual([]);
  add("bcd");
  await storing.room();
  expect(stored).toContain("a");
});
