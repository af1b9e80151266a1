import * as z from "zod";
import { WATCH_SECONDS, watchRequests } from "../requests/watch-requests.ts";
import { defineTask } from "./task.ts";

/** Looks at what time alone brings, again and again: one look at a time over all processes. */
export const requestWatch = defineTask({
  name: "request.watch",
  payload: z.object({ turn: z.int() }),
  retries: { limit: 1_000, delaySeconds: 5 },
  // A look whose end could not be told, because the database was away, is made again soon.
  expireSeconds: 60,
  async handle(ctx, { turn }) {
    await watchRequests(ctx);
    // Two keys in turn: the one being worked on is not taken again, and chains begun twice become one.
    const next = 1 - turn;
    await ctx.enqueue("request.watch", { turn: next }, { key: `watch ${next}`, afterSeconds: WATCH_SECONDS });
  },
});
