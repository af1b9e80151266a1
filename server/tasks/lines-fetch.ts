import { ReferencedLines, takeInReferenced } from "../lines/referenced-lines.ts";
import { defineTask } from "./task.ts";

/** Takes in lines a run refers to; the same file again changes nothing, and one that is not there yet is looked for again. */
export const linesFetch = defineTask({
  name: "lines.fetch",
  payload: ReferencedLines,
  retries: { limit: 20, delaySeconds: 30 },
  expireSeconds: 1_800,
  handle: takeInReferenced,
});
