import type { QuarantineItem } from "../../schemas/wire/quarantine-item.ts";
import type { Actor, Clock } from "../context.ts";
import { Fault } from "../fault.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import type { Ingest } from "./ingest.ts";
import { quarantineItem } from "./quarantine-rows.ts";

export interface QuarantineDeps {
  clickhouse: ClickHouse;
  clock: Clock;
  ingest: Ingest;
  audit(entry: {
    actor: Actor;
    /** `noun.verb`, as everywhere in the log. */
    action: string;
    subject: string;
    detail: Record<string, unknown>;
  }): Promise<void>;
  /** Says that what the quarantine shows changed. */
  changed(): void;
}

interface Resolution {
  state: "resubmitted" | "discarded";
  reason: string;
  eventId: string | null;
  detail: Record<string, unknown>;
}

const inHand = new Set<string>();

/**
 * Lets one person at a time resolve an open item: `act` decides, then the audit entry is written, then the resolution.
 * Cut short in between, the item is still open, and resolving it again changes nothing but the log.
 */
export async function resolveQuarantined(
  deps: QuarantineDeps,
  actor: Actor,
  id: string,
  act: (item: QuarantineItem) => Promise<Resolution>,
): Promise<Resolution> {
  if (inHand.has(id)) throw new Fault("conflict", "Somebody else is resolving this input right now.");
  inHand.add(id);
  try {
    const item = await quarantineItem(deps.clickhouse, id);
    if (item.state !== "open") {
      throw new Fault("conflict", `This input was ${item.state} by ${item.resolvedBy} on ${item.resolvedAt}.`);
    }
    const resolution = await act(item);
    const { state, reason, eventId, detail } = resolution;
    const action = state === "resubmitted" ? "quarantine.resubmit" : "quarantine.discard";
    await deps.audit({ actor, action, subject: `quarantine:${id}`, detail: { ...detail, reason } });
    const line = { id, resolved_at: deps.clock.now().toISOString(), state, resolved_by: actor.name, reason };
    await deps.clickhouse.insertLines("quarantine_resolutions", JSON.stringify({ ...line, event_id: eventId ?? "" }));
    deps.changed();
    return resolution;
  } finally {
    inHand.delete(id);
  }
}
