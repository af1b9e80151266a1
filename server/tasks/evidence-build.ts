import * as z from "zod";
import { buildPack } from "../evidence/build-pack.ts";
import { defineTask } from "./task.ts";

/** Builds an evidence pack; begun again from nothing where the process died on the way. */
export const evidenceBuild = defineTask({
  name: "evidence.build",
  payload: z.object({ id: z.string() }),
  retries: { limit: 2, delaySeconds: 5 },
  expireSeconds: 4 * 3600,
  handle: (ctx, { id }) => buildPack(ctx, id),
});
