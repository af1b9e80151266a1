import * as z from "zod";
import { resumeHeld } from "../requests/watch-requests.ts";
import { defineTask } from "./task.ts";

/** Lets requests go on that a freeze held. */
export const requestResume = defineTask({
  name: "request.resume",
  payload: z.object({}),
  retries: { limit: 5, delaySeconds: 2 },
  expireSeconds: 60,
  handle: (ctx) => resumeHeld(ctx),
});
