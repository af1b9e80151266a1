import type { AlertPulse, AlertRow, Inbox, Preferences } from "../../schemas/wire/alert.ts";
import { record } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { incidentRow, maySee } from "../incidents/reading.ts";
import { incidentById } from "../incidents/stored-incidents.ts";
import { alertsOfIncident, incidentsByIds } from "../store/postgres/alerts.ts";
import { countUnread, inboxOf, inboxPulse, markRead, preferencesOf, setPreferences } from "../store/postgres/inbox.ts";
import type { AlertContext } from "./alert-context.ts";

const NEWEST = 50;
const UNTOUCHED: Preferences = { email: "all", browser: false };

/** The newest messages of one person, each showing its incident as it is now, in the person's own words. */
export async function inboxFor({ postgres }: AlertContext, actor: Actor): Promise<Inbox> {
  refuseKeys(actor);
  const letters = await postgres.ask(inboxOf, { person: actor.id, limit: NEWEST });
  const ids = [...new Set(letters.map(({ incident }) => incident))];
  const incidents = new Map((await postgres.ask(incidentsByIds, { ids })).map((each) => [each.id, each]));
  const [counted] = await postgres.ask(countUnread, { person: actor.id });
  const items = letters.flatMap((letter) => {
    const stored = incidents.get(letter.incident);
    // A duty may have changed since it was sent.
    if (!stored || !maySee(actor, stored)) return [];
    const { number, severity, state, title, text, entities } = incidentRow(actor, stored);
    const { id, incident, occasion, because, sentAt, readAt } = letter;
    return [{ id, incident, occasion, because, at: sentAt, readAt, number, severity, state, title, text, entities }];
  });
  return { unread: counted?.unread ?? 0, items };
}

/** Marks messages as read; all of them where none are named. It says nothing about the incidents. */
export async function readInbox(
  { postgres, clock, touch }: AlertContext,
  actor: Actor,
  ids: string[] | null,
): Promise<void> {
  refuseKeys(actor);
  await postgres.ask(markRead, { person: actor.id, ids, at: clock.now().toISOString() });
  touch("alerts");
}

export async function preferencesFor({ postgres }: AlertContext, actor: Actor): Promise<Preferences> {
  refuseKeys(actor);
  const [chosen] = await postgres.ask(preferencesOf, { people: [actor.id] });
  return chosen ? { email: chosen.email, browser: chosen.browser } : UNTOUCHED;
}

export async function choosePreferences(
  { postgres, clock }: AlertContext,
  actor: Actor,
  asked: Preferences,
): Promise<Preferences> {
  refuseKeys(actor);
  return postgres.transaction(async (tx) => {
    await tx.ask(setPreferences, { person: actor.id, ...asked });
    const subject = `person:${actor.id}`;
    await record(tx, { at: clock.now(), actor, action: "person.choose-preferences", subject, detail: { ...asked } });
    return asked;
  });
}

/** Who was told of an incident, by what, how it went, and who was not. */
export async function alertsFor({ postgres, alerting }: AlertContext, actor: Actor, id: string): Promise<AlertRow[]> {
  const incident = await incidentById(postgres, id);
  if (!incident || !maySee(actor, incident)) throw new Fault("not-found", "There is no such incident.");
  const letters = await postgres.ask(alertsOfIncident, { incident: id });
  return letters.map((letter) => ({
    ...{ id: letter.id, incident: letter.incident, occasion: letter.occasion, step: letter.step, role: letter.role },
    ...{ receiver: letter.receiver, receiverTitle: alerting.receivers.get(letter.receiver)?.title ?? letter.receiver },
    recipient: letter.recipient === "" ? null : { id: letter.recipient, name: letter.recipientName },
    ...{ because: letter.because, stage: letter.stage, stageBecause: letter.stageBecause, madeAt: letter.madeAt },
    state: letter.state === "waiting" && letter.trouble !== null ? "failing" : letter.state,
    ...{ dueAt: letter.dueAt, sentAt: letter.sentAt, attempts: letter.attempts, trouble: letter.trouble },
    sha256: letter.sha256 === "" ? null : letter.sha256,
  }));
}

function refuseKeys({ kind }: Actor): void {
  if (kind !== "person") throw new Fault("not-permitted", "A key has no inbox; only people do.");
}

/** Says to every console that inboxes may have moved. */
export async function inboxPulseOf({ postgres }: Pick<AlertContext, "postgres">): Promise<AlertPulse> {
  const [pulse] = await postgres.ask(inboxPulse, {});
  return { kind: "alert-pulse", newestAt: pulse?.newestAt ?? null, sent: pulse?.sent ?? 0 };
}
