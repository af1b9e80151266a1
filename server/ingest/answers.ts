import type { Accepted, BatchAnswer } from "../../schemas/wire/ingest.ts";
import { Fault } from "../fault.ts";
import type { Acceptance } from "./input.ts";

/** The answer to one event; what was quarantined is refused with its reason and where it is kept. */
export function answerOne(acceptance: Acceptance | undefined): Accepted {
  if (!acceptance) throw new Fault("invalid-input", "There is no event in the body.");
  if (acceptance.status === "accepted") return { eventId: acceptance.eventId, warnings: acceptance.warnings };
  throw refusal(acceptance);
}

/** The answer to a batch; null when all of it was accepted. What was refused is kept and need not be sent again. */
export function answerBatch(acceptances: readonly Acceptance[]): BatchAnswer | null {
  const failed = acceptances.flatMap((acceptance, index) =>
    acceptance.status === "quarantined" ? [{ index, ...acceptance }] : [],
  );
  const [only] = failed;
  if (!only) return null;
  // Not a batch at all: one piece that is no JSON.
  if (acceptances.length === 1 && only.malformed) throw refusal(only);
  return {
    status: "partial_success",
    summary: {
      received: acceptances.length,
      successful: acceptances.length - failed.length,
      failed: failed.length,
      retriable: 0,
      non_retriable: failed.length,
    },
    failed_events: failed.map(({ index, reason, path, id }) => ({
      index,
      reason,
      retriable: false,
      pointer: path,
      quarantineId: id,
    })),
  };
}

function refusal({ reason, path, id, malformed, outside }: Extract<Acceptance, { status: "quarantined" }>): Fault {
  const detail = { pointer: path, quarantineId: id };
  return new Fault(
    malformed ? "invalid-input" : outside ? "not-permitted" : "unacceptable-event",
    `${reason} The input is kept in quarantine.`,
    detail,
  );
}
