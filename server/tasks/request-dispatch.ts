import * as z from "zod";
import { dispatchRequest } from "../requests/dispatch-request.ts";
import { defineTask } from "./task.ts";

/** Drives the vendor for one request. Not tried again: a trigger whose outcome is unknown may have started the load. */
export const requestDispatch = defineTask({
  name: "request.dispatch",
  payload: z.object({ id: z.string() }),
  // One vendor that is slow to answer does not hold up the others.
  concurrency: 4,
  expireSeconds: 120,
  handle: (ctx, { id }) => dispatchRequest(ctx, id),
});
