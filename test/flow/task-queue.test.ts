import pino from "pino";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import type { Context } from "../../server/context.ts";
import { openTasks, type Tasks } from "../../server/tasks/boss.ts";
import { defineTask } from "../../server/tasks/task.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";

test.each(POSTGRES_ENGINES)(
  "a task left over hands on another as soon as a start works it off, on the $engine engine",
  { timeout: 120_000 },
  async ({ open }) => {
    const { postgres, stop } = await open();
    const log: string[] = [];
    const opened: { tasks?: Tasks } = {};
    const ctx = {
      postgres,
      log: pino({ level: "error" }, { write: (line: string) => void log.push(line) }),
      enqueue: (...task: Parameters<Context["enqueue"]>) => opened.tasks!.enqueue(...task),
    } as unknown as Context;
    const done: string[] = [];
    const payload = z.object({});
    const first = defineTask({
      ...{ name: "first", payload, expireSeconds: 60 },
      handle: async ({ enqueue }) => {
        await postgres.transaction((tx) => enqueue("second", {}, { tx }));
        done.push("first");
      },
    });
    const second = defineTask({
      ...{ name: "second", payload, expireSeconds: 60 },
      handle: async () => void done.push("second"),
    });
    const tasks = [first, second];

    const before = await openTasks(ctx, tasks);
    await before.enqueue("first", {});
    await before.stop();
    opened.tasks = await openTasks(ctx, tasks);
    expect(done).toEqual([]);
    await opened.tasks.work();
    await vi.waitFor(() => expect(done.toSorted()).toEqual(["first", "second"]), { timeout: 30_000 });
    await opened.tasks.stop();
    await stop();
    expect(log).toEqual([]);
  },
);
