import * as z from "zod";
import { defineReceiver } from "./receiver.ts";

/** The console's own inbox: what is on record as sent stands there, and shows its incident as it is now. */
export const inbox = defineReceiver({
  kind: "inbox",
  connection: {},
  settings: z.strictObject({}),
  addressed: "people",
  follows: "nothing",
  open: () => ({ send: async () => null, update: async () => {}, close() {} }),
});
