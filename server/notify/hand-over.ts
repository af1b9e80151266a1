import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { record, TIEOUT } from "../audit/record.ts";
import { INBOX, type Reached } from "../receivers/open-receivers.ts";
import { ReceiverError, type Handle, type Parcel } from "../receivers/receiver.ts";
import { beginAlerts, failAlerts, finishAlerts, insertAttempt, type StoredAlert } from "../store/postgres/alerts.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import type { AlertContext } from "./alert-context.ts";
import type { Reader } from "./decide.ts";
import type { Message } from "./message.ts";
import { retryAfter } from "./stages/retry.ts";
import { wordsFor } from "./wording.ts";

/** Letters that go out as one message, the first of which carries it. */
export interface Bundle {
  letters: readonly [StoredAlert, ...StoredAlert[]];
  incidents: readonly StoredIncident[];
  receiver: Reached;
  /** Null for a channel. */
  person: Reader | null;
}

/**
 * Hands one message to its receiver and keeps what became of it: who was told what, when, by what, as an audit entry
 * with the SHA-256 of the words. A failure is kept too, and tried again later.
 */
export async function handOver(ctx: AlertContext, bundle: Bundle, act: "send" | "update"): Promise<void> {
  const { postgres, alerting, log } = ctx;
  const { letters, receiver } = bundle;
  const ids = letters.map(({ id }) => id);
  const parcel = parcelOf(ctx, bundle);
  const sha256 = createHash("sha256").update(JSON.stringify(parcel.messages)).digest("hex");
  const heldUntil = new Date(Date.now() + alerting.holdMilliseconds).toISOString();
  await postgres.ask(beginAlerts, { ids, heldUntil });
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  let handle: Handle | null = null;
  try {
    if (act === "send") handle = await receiver.open!.send(parcel);
    else await receiver.open!.update(parcel, letters[0].handle);
  } catch (error) {
    if (!(error instanceof ReceiverError)) log.error({ err: error, receiver: receiver.id }, "a receiver failed");
    await keepFailure(ctx, bundle, { act, sha256, error: error as Error, milliseconds: took() });
    return;
  }
  await keepSuccess(ctx, bundle, { act, sha256, handle, milliseconds: took() });
}

interface Handed {
  act: "send" | "update";
  sha256: string;
  handle: Handle | null;
  milliseconds: number;
}

async function keepSuccess(ctx: AlertContext, bundle: Bundle, handed: Handed): Promise<void> {
  const { letters, incidents, receiver, person } = bundle;
  const [first] = letters;
  const at = ctx.clock.now();
  const realNow = new Date().toISOString();
  const { act, sha256, handle, milliseconds } = handed;
  await ctx.postgres.transaction(async (tx) => {
    await tx.ask(finishAlerts, {
      ...{ ids: letters.map(({ id }) => id), carrier: first.id, at: at.toISOString(), realNow, handle, sha256 },
      shown: Math.max(...incidents.map(({ sequence }) => sequence)),
    });
    const attempt = { id: uuidv7(), alert: first.id, act, at: at.toISOString(), realNow, sha256, milliseconds };
    await tx.ask(insertAttempt, { ...attempt, outcome: "handed over", detail: "" });
    await record(tx, {
      ...{ at, actor: TIEOUT, action: `alert.${act}`, subject: `incident:${first.incident}` },
      detail: {
        ...{ receiver: receiver.id, kind: receiver.kind, role: first.role, to: person?.name ?? receiver.title },
        ...{ occasion: first.occasion, incidents: incidents.map(({ number }) => number), alert: first.id, sha256 },
      },
    });
  });
}

async function keepFailure(
  ctx: AlertContext,
  { letters, receiver, person }: Bundle,
  failed: Omit<Handed, "handle"> & { error: Error },
): Promise<void> {
  const { act, sha256, error, milliseconds } = failed;
  const [first] = letters;
  const at = ctx.clock.now();
  const expected = error instanceof ReceiverError ? error : null;
  const trouble = expected?.message ?? "Something unexpected went wrong; the log says what.";
  const now = new Date();
  const retryAt = retryAfter(first.attempts + 1, expected?.waitSeconds ?? null, now).toISOString();
  const unsure = first.unsure || (expected?.mayHaveArrived ?? true);
  await ctx.postgres.transaction(async (tx) => {
    await tx.ask(failAlerts, { ids: letters.map(({ id }) => id), retryAt, trouble, unsure });
    const attempt = { id: uuidv7(), alert: first.id, act, at: at.toISOString(), realNow: now.toISOString() };
    await tx.ask(insertAttempt, { ...attempt, sha256, milliseconds, outcome: "failed", detail: trouble });
    // The first failure is evidence; the tries after it stand with the alert.
    if (first.trouble !== null) return;
    await record(tx, {
      ...{ at, actor: TIEOUT, action: "alert.fail", subject: `incident:${first.incident}` },
      detail: { receiver: receiver.id, role: first.role, to: person?.name ?? receiver.title, alert: first.id, trouble },
    });
  });
}

/** Inboxes are this house's own: what is kept is delivered, all of a round in one transaction. */
export async function fillInboxes(ctx: AlertContext, bundles: readonly Bundle[]): Promise<void> {
  if (bundles.length === 0) return;
  const at = ctx.clock.now();
  const realNow = new Date().toISOString();
  await ctx.postgres.transaction(async (tx) => {
    for (const { letters, incidents } of bundles) {
      const [{ id }] = letters;
      const shown = incidents[0]!.sequence;
      const handed = { at: at.toISOString(), realNow, handle: null, shown, sha256: "" };
      await tx.ask(finishAlerts, { ids: [id], carrier: id, ...handed });
    }
    for (const [incident, filled] of Map.groupBy(bundles, ({ letters }) => letters[0].incident)) {
      await record(tx, {
        ...{ at, actor: TIEOUT, action: "alert.send", subject: `incident:${incident}` },
        detail: {
          ...{ receiver: INBOX, occasions: [...new Set(filled.map(({ letters }) => letters[0].occasion))] },
          to: filled.map(({ person, letters }) => ({ name: person?.name ?? "", role: letters[0].role })),
        },
      });
    }
  });
  ctx.touch("alerts");
}

function parcelOf({ estate, alerting }: AlertContext, { letters, incidents, receiver, person }: Bundle): Parcel {
  const [first] = letters;
  const messages = letters.map((letter, at): Message => {
    const incident = incidents[at]!;
    return wordsFor(estate, incident, {
      ...{ role: letter.role, occasion: letter.occasion, because: letter.because },
      entities: person?.entities ?? "all",
      url: alerting.links.incidentUrl(incident.id),
      acknowledgeUrl: alerting.links.acknowledgeUrl({ incident: incident.id, person: person?.id ?? "" }),
    });
  });
  return {
    id: first.id,
    thread: letters.length > 1 ? `digest-${first.id}` : `${first.incident}-${first.opening}`,
    messages: messages as [Message, ...Message[]],
    to: receiver.addressed === "people" && person ? { name: person.name, email: person.email } : null,
    again: first.unsure,
  };
}
