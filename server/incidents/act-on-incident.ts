import type { IncidentChangeKind, IncidentRow } from "../../schemas/wire/incident.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { lockIncidents, writeIncident, type StoredIncident } from "../store/postgres/incidents.ts";
import { tellChange } from "../store/postgres/incidents-history.ts";
import type { Asking } from "../store/postgres.ts";
import { announce } from "./announce.ts";
import { incidentRow, maySee } from "./reading.ts";
import { incidentById } from "./stored-incidents.ts";

export type IncidentActing = Pick<Context, "postgres" | "estate" | "clock" | "touch" | "enqueue" | "handles">;

/** The incident an act is about; with a revision only as the actor saw it. */
export interface ActedIncident {
  id: string;
  revision?: number | undefined;
}

/** What an act makes of an incident. */
export interface IncidentMove {
  /** What changes; nothing where an act only tells of something. */
  next: Partial<StoredIncident>;
  change: IncidentChangeKind;
  /** What is said of it in the incident's life. */
  text: string;
  detail?: Record<string, unknown>;
}

/**
 * Does what a person decided about one incident: in one transaction with its audit entry and the change others are told
 * of. `act` throws a Fault where it may not be done, and may write more in the same transaction.
 */
export async function actOnIncident(
  ctx: IncidentActing,
  actor: Actor,
  asked: ActedIncident & { name: string },
  act: (incident: StoredIncident, at: string, tx: Asking) => IncidentMove | Promise<IncidentMove>,
): Promise<IncidentRow> {
  demand(actor, "incident:act");
  if (actor.kind !== "person") throw new Fault("not-permitted", "Only a person may decide about an incident.");
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    await tx.ask(lockIncidents, {});
    const incident = await incidentById(tx, asked.id);
    if (!incident || !maySee(actor, incident)) throw new Fault("not-found", "There is no such incident.");
    if (asked.revision !== undefined && incident.revision !== asked.revision) {
      throw new Fault("conflict", "The incident has changed since you looked at it. Look again, then decide.");
    }
    const { next, change, text, detail = {} } = await act(incident, at.toISOString(), tx);
    const [written] = await tx.ask(writeIncident, { ...incident, ...next, changedAt: at.toISOString() });
    const { id, severity, number } = written!;
    const by = { byId: actor.id, byName: actor.name };
    const told = { incident: id, change, at: at.toISOString(), ...by, severity, text, detail };
    const [{ sequence } = { sequence: 0 }] = await tx.ask(tellChange, told);
    await announce(ctx, tx);
    await record(tx, {
      ...{ at, actor, action: `incident.${asked.name}`, subject: `incident:${id}` },
      detail: { number, from: incident.state, to: written!.state, text, ...detail },
    });
    return incidentRow(actor, { ...written!, sequence });
  });
  ctx.touch("incidents");
  return row;
}

/** Refuses an act on an incident that is over. */
export function refuseResolved({ state }: StoredIncident): void {
  if (state === "resolved") throw new Fault("conflict", "The incident is resolved; there is nothing to do about it.");
}
