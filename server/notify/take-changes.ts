import type { Role } from "../../schemas/estate/role.ts";
import { calendarsOf } from "../close/calendars.ts";
import { endEscalations, planEscalations, takeDueEscalations } from "../store/postgres/alert-escalations.ts";
import {
  followIncident,
  incidentsByIds,
  insertAlerts,
  lockAlertCursor,
  moveAlertCursor,
} from "../store/postgres/alerts.ts";
import { preferencesOf } from "../store/postgres/inbox.ts";
import { changesAfter, type StoredChange } from "../store/postgres/incidents-history.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import { allPeople } from "../store/postgres/people.ts";
import type { Asking } from "../store/postgres.ts";
import type { AlertContext } from "./alert-context.ts";
import { closePhaseAt } from "./close-phase.ts";
import { decide, peopleFor, type Call, type Reader } from "./decide.ts";
import { escalationsOf } from "./escalations.ts";
import type { Occasion } from "./letter.ts";
import { lettersOf, type Addressing } from "./letters-of.ts";
import { turnsFrom } from "./on-call.ts";
import { mismatch } from "./subject.ts";

/** Changes looked at in one transaction. */
const MOST_CHANGES = 500;
const MOST_ESCALATIONS = 100;

/**
 * Makes letters of what incidents went through since the last look, in order and once, and answers whether there may be
 * more. The look and the letters are one transaction: what is cut short is looked at again, what is done is done.
 */
export function takeChanges(ctx: AlertContext): Promise<boolean> {
  return ctx.postgres.transaction(async (tx) => {
    const [cursor] = await tx.ask(lockAlertCursor, {});
    const changes = await tx.ask(changesAfter, { sequence: cursor!.sequence, limit: MOST_CHANGES });
    if (changes.length === 0) return false;
    const byIncident = Map.groupBy(changes, ({ incident }) => incident);
    const addressing = await addressingOf(ctx, tx);
    for (const incident of await tx.ask(incidentsByIds, { ids: [...byIncident.keys()] })) {
      await tellOf(ctx, tx, addressing, incident, byIncident.get(incident.id)!);
    }
    await tx.ask(moveAlertCursor, { sequence: changes.at(-1)!.sequence });
    return changes.length === MOST_CHANGES;
  });
}

async function tellOf(
  ctx: AlertContext,
  tx: Asking,
  addressing: Addressing,
  incident: StoredIncident,
  changes: readonly StoredChange[],
): Promise<void> {
  const { estate, clock, alerting } = ctx;
  const now = clock.now();
  const at = now.toISOString();
  const over = incident.state === "resolved";
  // A receiver that answers only the end is spared everything before it.
  const follow = [...alerting.receivers.values()].filter(
    ({ follows }) => follows === "changes" || (over && follows === "end"),
  );
  const receivers = follow.map(({ id }) => id);
  await tx.ask(followIncident, { incident: incident.id, sequence: incident.sequence, receivers, now: at });
  if (over || incident.state === "acknowledged") await tx.ask(endEscalations, { incident: incident.id, at });
  if (over) return;
  const calendars = calendarsOf(estate);
  const { calls, flaws } = decide({ estate, calendars, people: addressing.people, now }, incident);
  for (const flaw of flaws) ctx.log.warn({ incident: incident.id, flaw }, "a route reaches nobody");
  const worsened = changes.some(({ change }) => change === "worsened");
  const occasions: Occasion[] = worsened ? ["opened", "worsened"] : ["opened"];
  const letters = occasions.flatMap((occasion) => lettersOf(addressing, incident, calls, { occasion, step: "", at }));
  await tx.ask(insertAlerts, { alerts: letters });
  if (incident.state !== "open") return;
  const begun = changes.find(({ change }) => change === "opened" || change === "reopened");
  const from = begun ? new Date(begun.at) : now;
  if (!begun && !worsened) return;
  const planned = escalationsOf({ estate, calendars }, incident, from);
  const steps = planned.map((step) => ({
    ...{ ...step, receivers: [...step.receivers] },
    ...{ incident: incident.id, opening: incident.reopened },
  }));
  if (steps.length > 0) await tx.ask(planEscalations, { steps });
}

/** Makes letters of escalations that are due, where still nobody has taken the incident on. */
export function takeEscalations(ctx: AlertContext): Promise<boolean> {
  const now = ctx.clock.now();
  return ctx.postgres.transaction(async (tx) => {
    const due = await tx.ask(takeDueEscalations, { now: now.toISOString(), limit: MOST_ESCALATIONS });
    if (due.length === 0) return false;
    const addressing = await addressingOf(ctx, tx);
    const incidents = await tx.ask(incidentsByIds, { ids: [...new Set(due.map(({ incident }) => incident))] });
    const calendars = calendarsOf(ctx.estate);
    const phase = closePhaseAt(calendars, now);
    for (const each of due) {
      const incident = incidents.find(({ id }) => id === each.incident)!;
      const declared = ctx.estate.escalations.find(({ id }) => each.step.startsWith(`${id}:`));
      const meant = declared && mismatch(declared, incident, phase) === null;
      if (!meant || incident.state !== "open" || incident.reopened !== each.opening) continue;
      const people = onTurn(ctx, each.role, each.rotation, peopleFor(each.role, incident, addressing.people));
      const told = { route: each.step, role: each.role, people, receivers: each.receivers, because: each.because };
      const call: Call = { ...told, hours: null, digest: null };
      const letters = lettersOf(addressing, incident, [call], {
        ...{ occasion: "escalated", step: each.step, at: now.toISOString() },
      });
      await tx.ask(insertAlerts, { alerts: letters });
    }
    return due.length === MOST_ESCALATIONS;
  });
}

function onTurn(ctx: AlertContext, role: Role, rotation: string | null, people: Reader[]): Reader[] {
  const declared = ctx.estate.rotations.find(({ id }) => id === rotation);
  if (!declared) return people;
  const [turn] = turnsFrom(declared, calendarsOf(ctx.estate), ctx.clock.now(), 1);
  const onCall = people.filter(({ email }) => email.toLowerCase() === turn?.member.toLowerCase());
  return onCall.length > 0 ? onCall : people;
}

async function addressingOf({ alerting }: AlertContext, tx: Asking): Promise<Addressing> {
  const people = await tx.ask(allPeople, {});
  const chosen = await tx.ask(preferencesOf, { people: people.map(({ id }) => id) });
  return { people, receivers: alerting.receivers, chosen: new Map(chosen.map((each) => [each.person, each])) };
}
