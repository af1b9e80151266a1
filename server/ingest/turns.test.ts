import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "./turns.ts";

const busy = (milliseconds: number) => {
  for (const until = performance.now() + milliseconds; performance.now() < until;);
};

test("work that lies ready lets the event loop turn in between, keeps its order and hands on what it throws", async () => {
  const inTurn = createTurns(2);
  const done: number[] = [];
  let turns = 0;
  let working = true;
  const turning = (async () => {
    for (; working; turns += 1) await setImmediate();
  })();
  const all = Array.from({ length: 10 }, (_, at) =>
    inTurn(() => {
      busy(2);
      done.push(at);
      return at;
    }),
  );
  expect(await Promise.all(all)).toEqual(done);
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(turns).toBeGreaterThanOrEqual(8);
  await expect(inTurn(() => JSON.parse("{"))).rejects.toThrow(SyntaxError);
  working = false;
  await turning;
});
