import { hash } from "node:crypto";
import type { Accepted } from "../../schemas/wire/ingest.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { answerOne } from "./answers.ts";
import type { EventInput } from "./input.ts";
import { limitsOf } from "./outside-limits.ts";
import { resolveQuarantined, type QuarantineDeps } from "./resolve-quarantined.ts";

export interface Resubmission {
  id: string;
  /** The corrected text; it goes through the same steps as any input. */
  text: string;
  reason: string;
}

/**
 * Sends a corrected input in again. The original is kept as it came. A text that still cannot be accepted is refused
 * with its reason and leaves the item open.
 */
export async function resubmitQuarantined(
  deps: QuarantineDeps,
  actor: Actor,
  { id, text, reason }: Resubmission,
): Promise<Accepted> {
  demand(actor, "quarantine:resubmit");
  let accepted: Accepted | null = null;
  await resolveQuarantined(deps, actor, id, async (item) => {
    const input: EventInput = {
      text,
      form: item.form === "cloudevent" ? "cloudevent" : "event",
      ...(item.attributes ? { attributes: item.attributes } : {}),
    };
    const objection = deps.ingest.objection(input);
    if (objection) throw new Fault("unacceptable-event", objection.reason, { pointer: objection.path });
    const origin = {
      door: "resubmission",
      source: `${actor.kind}:${actor.name}`,
      contentType: item.contentType,
      limits: limitsOf(actor),
    } as const;
    const [acceptance] = await deps.ingest.acceptTexts([input], origin);
    accepted = answerOne(acceptance);
    return {
      state: "resubmitted",
      reason,
      eventId: accepted.eventId,
      detail: { eventId: accepted.eventId, refusedFor: item.reason, sha256: hash("sha256", text) },
    };
  });
  return accepted ?? answerOne(undefined);
}
