import * as z from "zod";
import { advanceRequest } from "../requests/advance-request.ts";
import { defineTask } from "./task.ts";

/** Carries a request on. May be called as often as it takes: what a step asked for is asked for under the step's own key. */
export const requestAdvance = defineTask({
  name: "request.advance",
  payload: z.object({ id: z.string() }),
  // One vendor that is slow to answer does not hold up the others.
  concurrency: 4,
  retries: { limit: 5, delaySeconds: 2 },
  expireSeconds: 180,
  handle: (ctx, { id }) => advanceRequest(ctx, id),
});
