import * as z from "zod";
import { dispatchAlerts } from "../notify/dispatch-alerts.ts";
import { defineTask } from "./task.ts";

/** Tells people of what incidents went through; the outbox says what, so it may be called as often as it takes. */
export const alertDispatch = defineTask({
  name: "alert.dispatch",
  payload: z.object({}),
  retries: { limit: 3, delaySeconds: 2 },
  expireSeconds: 120,
  handle: (ctx) => dispatchAlerts(ctx),
});
