import * as z from "zod";
import { tellRequest } from "../requests/tell-request.ts";
import { defineTask } from "./task.ts";

/** Writes a request's own events; the same events again change nothing, so it may be tried as often as it takes. */
export const requestTell = defineTask({
  name: "request.tell",
  payload: z.object({ id: z.string(), steps: z.array(z.string()).optional() }),
  retries: { limit: 10, delaySeconds: 2 },
  expireSeconds: 60,
  handle: (ctx, { id, steps }) => tellRequest(ctx, id, steps),
});
