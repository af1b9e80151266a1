import * as z from "zod";
import { expireRequest } from "../requests/expire-request.ts";
import { defineTask } from "./task.ts";

/** Ends a request whose run was never seen, so that it does not hold up the next one for ever. */
export const requestExpire = defineTask({
  name: "request.expire",
  payload: z.object({ id: z.string(), steps: z.array(z.string()).optional() }),
  retries: { limit: 3, delaySeconds: 30 },
  expireSeconds: 60,
  handle: (ctx, { id, steps }) => expireRequest(ctx, id, { steps }),
});
