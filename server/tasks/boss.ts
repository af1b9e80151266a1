import { fromPglite, PgBoss, type ConstructorOptions, type Db } from "pg-boss";
import { v7 as uuidv7 } from "uuid";
import type { Context } from "../context.ts";
import type { Asking, Postgres } from "../store/postgres.ts";
import type { Task } from "./task.ts";

export interface Tasks {
  enqueue: Context["enqueue"];
  /** Begins to work tasks off, those left over from before included. */
  work(): Promise<void>;
  /** Lets tasks under way end, up to six seconds. */
  stop(): Promise<void>;
}

const SCHEMA = "tasks";
const STOP_MILLISECONDS = 6_000;
/** A new task is announced by NOTIFY; asking the queue again is for delayed tasks and a lost connection. */
const POLL_SECONDS = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 };
/** The embedded engine serves one query at a time, so the queue keeps house rarely. */
const HOUSEKEEPING = {
  superviseIntervalSeconds: 60,
  monitorIntervalSeconds: 300,
  queueCacheIntervalSeconds: 300,
  bamIntervalSeconds: 3600,
  flowIntervalSeconds: 3600,
  schedule: false,
  reindex: false,
} satisfies ConstructorOptions;

/**
 * Opens the queue, which hands tasks on and works none off until it is told to: one left over from before may hand on
 * another at once. A task with an unknown name is refused.
 */
export async function openTasks(ctx: Context, tasks: readonly Task[]): Promise<Tasks> {
  const boss = new PgBoss({ ...engineOf(ctx.postgres), ...HOUSEKEEPING, schema: SCHEMA, useListenNotify: true });
  boss.on("error", (error) => ctx.log.error({ err: error }, "the task queue failed"));
  await boss.start();
  for (const task of tasks) await keepQueue(boss, task);
  const names = new Set(tasks.map((task) => task.name));
  return {
    async enqueue(name, payload, options = {}) {
      if (!names.has(name)) throw new Error(`There is no task "${name}".`);
      await boss.send(name, payload as object, {
        // The queue is exclusive by key; a task without one stands for itself.
        singletonKey: options.key ?? uuidv7(),
        ...(options.afterSeconds ? { startAfter: options.afterSeconds } : {}),
        ...(options.tx ? { db: within(options.tx) } : {}),
      });
    },
    async work() {
      for (const task of tasks) await startTask(boss, ctx, task);
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_MILLISECONDS }),
  };
}

/** Makes the queue's tables, and works nothing off. */
export async function makeQueue(postgres: Postgres): Promise<void> {
  const boss = new PgBoss({ ...engineOf(postgres), schema: SCHEMA, supervise: false, schedule: false });
  await boss.start();
  await boss.stop({ graceful: false });
}

async function keepQueue(boss: PgBoss, task: Task): Promise<void> {
  const settings = {
    retryLimit: task.retries?.limit ?? 0,
    retryDelay: task.retries?.delaySeconds ?? 0,
    retryBackoff: (task.retries?.delaySeconds ?? 0) > 0,
    expireInSeconds: task.expireSeconds,
    notify: true,
  };
  if (await boss.getQueue(task.name)) await boss.updateQueue(task.name, settings);
  else await boss.createQueue(task.name, { ...settings, policy: "exclusive" });
}

async function startTask(boss: PgBoss, ctx: Context, task: Task): Promise<void> {
  await boss.work(task.name, { ...POLL_SECONDS, localConcurrency: task.concurrency ?? 1 }, async (jobs) => {
    for (const job of jobs) {
      try {
        await task.handle(ctx, task.payload.parse(job.data));
      } catch (error) {
        ctx.log.error({ err: error, task: task.name, id: job.id }, "a task failed");
        throw error;
      }
    }
  });
}

function engineOf(postgres: Postgres): ConstructorOptions {
  const { engine } = postgres;
  if (engine.kind === "pglite") return { db: fromPglite(engine.pglite), backend: "pglite" };
  const url = engine.pool.options.connectionString;
  if (url === undefined) throw new Error("The task queue needs the database by its address.");
  return { connectionString: url, max: 4 };
}

function within(tx: Asking): Db {
  return { executeSql: async (text, values) => ({ rows: (await tx.run(text, values ?? [])) as unknown[] }) };
}
