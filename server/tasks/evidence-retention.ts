import * as z from "zod";
import type { Context } from "../context.ts";
import { dropExpired } from "../evidence/drop-expired.ts";
import { defineTask } from "./task.ts";

/** Real seconds between two runs. */
const EVERY = 24 * 3600;

/** Drops evidence whose time is over, once a day. */
export const evidenceRetention = defineTask({
  name: "evidence.retention",
  payload: z.object({}),
  retries: { limit: 3, delaySeconds: 600 },
  expireSeconds: 3 * 3600,
  async handle(ctx) {
    await dropExpired(ctx);
    await nextRetention(ctx);
  },
});

/** Asks for the next day's run; several processes asking make one. */
export async function nextRetention(ctx: Pick<Context, "enqueue">): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const day = Math.floor(seconds / EVERY) + 1;
  await ctx.enqueue("evidence.retention", {}, { key: `day-${day}`, afterSeconds: day * EVERY - seconds });
}
