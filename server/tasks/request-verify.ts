import * as z from "zod";
import { verifySteps } from "../requests/verify-steps.ts";
import { defineTask } from "./task.ts";

/** Looks whether figures that had not arrived when their runs ended have arrived since. */
export const requestVerify = defineTask({
  name: "request.verify",
  payload: z.object({ id: z.string(), tries: z.int() }),
  retries: { limit: 3, delaySeconds: 2 },
  expireSeconds: 60,
  handle: (ctx, { id, tries }) => verifySteps(ctx, id, tries),
});
