import type { Actor } from "../context.ts";
import { demand } from "../people/permit.ts";
import { resolveQuarantined, type QuarantineDeps } from "./resolve-quarantined.ts";

/** Decides that an input is not worth correcting. It stays readable, with the reason and who decided. */
export async function discardQuarantined(
  deps: QuarantineDeps,
  actor: Actor,
  input: { id: string; reason: string },
): Promise<void> {
  demand(actor, "quarantine:resubmit");
  await resolveQuarantined(deps, actor, input.id, async (item) => ({
    state: "discarded",
    reason: input.reason,
    eventId: null,
    detail: { refusedFor: item.reason },
  }));
}
