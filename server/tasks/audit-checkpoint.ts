import * as z from "zod";
import { publishCheckpoint } from "../audit/publish-checkpoint.ts";
import type { Context } from "../context.ts";
import { defineTask } from "./task.ts";

/** Real seconds between two checkpoints. */
const EVERY = 900;

/** Signs the audit log and says its checkpoint outside, a while after the last time, and asks for the next. */
export const auditCheckpoint = defineTask({
  name: "audit.checkpoint",
  payload: z.object({}),
  retries: { limit: 5, delaySeconds: 20 },
  expireSeconds: 300,
  async handle(ctx) {
    await publishCheckpoint(ctx);
    await nextCheckpoint(ctx);
  },
});

/** Asks for the checkpoint of the next stretch of time; several processes asking make one. */
export async function nextCheckpoint(ctx: Pick<Context, "enqueue">): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const slot = Math.floor(seconds / EVERY) + 1;
  await ctx.enqueue("audit.checkpoint", {}, { key: `slot-${slot}`, afterSeconds: slot * EVERY - seconds });
}
