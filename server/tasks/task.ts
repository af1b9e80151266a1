import type * as z from "zod";
import type { Context } from "../context.ts";

/** Work that outlives a request and a crash, as a declared value; listed once in `index.ts`. */
export interface Task<P extends z.ZodType = z.ZodType> {
  /** `noun.verb`, as the queue and the log name it. */
  name: string;
  payload: P;
  /** How often it is tried again after a failure; never where absent, because not everything may happen twice. */
  retries?: { limit: number; delaySeconds: number };
  /** How many are worked on at the same time; one where absent. */
  concurrency?: number;
  /** Seconds after which a task that has not ended counts as failed. */
  expireSeconds: number;
  /** Must bear being called again for the same payload: a process may die between the work and its acknowledgement. */
  handle(ctx: Context, payload: z.output<P>): Promise<void>;
}

export function defineTask<P extends z.ZodType>(task: Task<P>): Task<P> {
  return task;
}
