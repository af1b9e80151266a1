import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createGroupWriter, type GroupWriterOptions } from "./group-writer.ts";

/** A writer over a store that takes its time; `inserts` are the groups it was given. */
function writerWith(options: Partial<GroupWriterOptions<string>> = {}) {
  const inserts: string[][] = [];
  const durable: string[] = [];
  const writer = createGroupWriter<string>({
    bytesOf: (item) => item.length,
    insert: async (group) => {
      inserts.push([...group]);
      await setImmediate();
    },
    durable: (group) => durable.push(...group),
    answers: async () => true,
    maxRows: 100,
    maxBytes: 1000,
    ...options,
  });
  return { writer, inserts, durable };
}

test("what arrives while an insert is under way shares the next one", async () => {
  const { writer, inserts, durable } = writerWith();
  const first = writer.write(["a"]);
  await Promise.resolve();
  const others = Promise.all([writer.write(["b", "c"]), writer.write(["d"])]);
  await Promise.all([first, others]);
  expect(inserts).toEqual([["a"], ["b", "c", "d"]]);
  expect(durable).toEqual(["a", "b", "c", "d"]);
});

test.each([
  ["rows", { maxRows: 2 }],
  ["bytes", { maxBytes: 2 }],
])("a group is bounded by %s, and a larger sender still goes through alone", async (_what, bounds) => {
  const { writer, inserts } = writerWith(bounds);
  await Promise.all([writer.write(["a"]), writer.write(["b"]), writer.write(["c", "d", "e"]), writer.write(["f"])]);
  expect(inserts).toEqual([["a", "b"], ["c", "d", "e"], ["f"]]);
});

describe("when an insert fails", () => {
  const insert = async (group: readonly string[]) => {
    if (group.includes("bad")) throw new Error("refused");
  };

  test("one sender's row fails only that sender while the store answers", async () => {
    const { writer, durable } = writerWith({ insert });
    const results = await Promise.allSettled([writer.write(["a"]), writer.write(["bad"]), writer.write(["c"])]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(durable).toEqual(["a", "c"]);
  });

  test("a store that is away is not asked sender by sender", async () => {
    const { writer, durable } = writerWith({ insert, answers: async () => false });
    const results = await Promise.allSettled([writer.write(["a"]), writer.write(["bad"])]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(durable).toEqual([]);
  });

  test("the writer goes on", async () => {
    const { writer, durable } = writerWith({ insert });
    await expect(writer.write(["bad"])).rejects.toThrow("refused");
    await writer.write(["good"]);
    expect(durable).toEqual(["good"]);
  });
});
