import * as z from "zod";
import { reportRequest } from "../requests/report-request.ts";
import { defineTask } from "./task.ts";

/** Compares how the window stood before a request with how it stands after it. */
export const requestReport = defineTask({
  name: "request.report",
  payload: z.object({ id: z.string() }),
  retries: { limit: 5, delaySeconds: 5 },
  expireSeconds: 300,
  handle: (ctx, { id }) => reportRequest(ctx, id),
});
