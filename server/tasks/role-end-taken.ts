import * as z from "zod";
import { endWhatIsOver } from "../people/end-taken-role.ts";
import { END_TAKEN_ROLE } from "../people/take-role.ts";
import { defineTask } from "./task.ts";

/** Ends a role taken for a time, and puts it on record. */
export const roleEndTaken = defineTask({
  name: END_TAKEN_ROLE,
  payload: z.object({ id: z.string() }),
  retries: { limit: 100, delaySeconds: 30 },
  expireSeconds: 60,
  handle: (ctx, { id }) => endWhatIsOver(ctx, id),
});
