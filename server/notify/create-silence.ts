import { v7 as uuidv7 } from "uuid";
import type { ClosePhase, Matcher } from "../../schemas/estate/route.ts";
import type { Silence, SilencePreview } from "../../schemas/wire/alert.ts";
import { record } from "../audit/record.ts";
import { calendarsOf, type Calendars } from "../close/calendars.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { incidentRow, maySee } from "../incidents/reading.ts";
import { openIncidents } from "../incidents/stored-incidents.ts";
import { demand } from "../people/permit.ts";
import { countWaiting, insertSilence } from "../store/postgres/silences.ts";
import type { AlertContext } from "./alert-context.ts";
import { closePhaseAt } from "./close-phase.ts";
import { mismatch } from "./subject.ts";

/** Nobody remembers longer what was silenced. */
const LONGEST_DAYS = 14;
const DAY = 86_400_000;
const HOUR = 3_600_000;

export interface SilenceAsked {
  matcher: Matcher;
  reason: string;
  /** By the clock verdicts are judged by. */
  expiresAt: string;
  /** Said on purpose: an S1 of a running close is to be kept back too. */
  hidesWorst: boolean;
}

/** Keeps messages back for a time. One that would keep an S1 of the close back is refused unless a controller says it twice. */
export async function createSilence(ctx: AlertContext, actor: Actor, asked: SilenceAsked): Promise<Silence> {
  demand(actor, "silence:manage");
  if (actor.kind !== "person") throw new Fault("not-permitted", "Only a person may silence messages.");
  const { matcher, reason, expiresAt } = asked;
  const at = ctx.clock.now();
  refuseTerm(expiresAt, at);
  refuseScope(ctx, actor, matcher);
  const hidesWorst = refuseWorst(calendarsOf(ctx.estate), actor, asked, at);
  const silence = await ctx.postgres.transaction(async (tx) => {
    const [made] = await tx.ask(insertSilence, {
      ...{ id: uuidv7(), matcher, reason, createdBy: actor.id, createdByName: actor.name },
      ...{ at: at.toISOString(), startsAt: at.toISOString(), expiresAt, hidesWorst },
    });
    const detail = { matcher, reason, expiresAt, hidesWorst };
    await record(tx, { at, actor, action: "silence.create", subject: `silence:${made!.id}`, detail });
    return made!;
  });
  ctx.touch("alerts");
  return silence;
}

/** What a silence would hide if it were made now, of what its maker may see. */
export async function previewSilence(
  ctx: AlertContext,
  actor: Actor,
  { matcher, expiresAt }: Pick<SilenceAsked, "matcher" | "expiresAt">,
): Promise<SilencePreview> {
  const now = ctx.clock.now();
  const calendars = calendarsOf(ctx.estate);
  const phase = closePhaseAt(calendars, now);
  const meant = (await openIncidents(ctx.postgres)).filter((each) => mismatch(matcher, each, phase) === null);
  const [counted] = await ctx.postgres.ask(countWaiting, { incidents: meant.map(({ id }) => id) });
  return {
    phase,
    hides: meant
      .filter((each) => maySee(actor, each))
      .map((each) => incidentRow(actor, each))
      .map(({ id, number, severity, entities, title }) => ({ id, number, severity, entities, title })),
    waiting: counted?.waiting ?? 0,
    hidesWorst: namesWorst(matcher) && meetsClose(calendars, now, new Date(expiresAt)),
  };
}

function refuseTerm(expiresAt: string, now: Date): void {
  const days = (Date.parse(expiresAt) - now.getTime()) / DAY;
  if (days > 0 && days <= LONGEST_DAYS) return;
  const why = days <= 0 ? "is in the past" : `is more than ${LONGEST_DAYS} days away`;
  throw new Fault("invalid-input", `expiresAt ${why}.`, { pointer: "/expiresAt" });
}

function refuseScope({ estate }: AlertContext, actor: Actor, matcher: Matcher): void {
  if (Object.values(matcher).every((part) => part === undefined)) {
    throw new Fault("invalid-input", "A silence of everything is none: name what is meant.", { pointer: "/matcher" });
  }
  const known = new Set(estate.entities.map(({ id }) => id));
  const strange = matcher.entities?.find((id) => !known.has(id));
  if (strange) throw new Fault("invalid-input", `There is no entity ${strange}.`, { pointer: "/matcher/entities" });
  const { entities } = actor;
  if (entities === "all" || matcher.entities?.every((id) => entities.includes(id))) return;
  throw new Fault("not-permitted", "A silence may name only entities you have in scope.", {
    pointer: "/matcher/entities",
  });
}

/** Whether it is to keep an S1 of the close back. Without those words it never does, whatever else it means. */
function refuseWorst(calendars: Calendars, actor: Actor, asked: SilenceAsked, now: Date): boolean {
  const { matcher, expiresAt, hidesWorst } = asked;
  const meets = meetsClose(calendars, now, new Date(expiresAt));
  if (!hidesWorst && matcher.severities?.includes("S1") && meets) {
    throw new Fault("conflict", "It would hide an S1 while a close runs. Say hidesWorst if that is meant.", {
      pointer: "/hidesWorst",
    });
  }
  if (hidesWorst && actor.role !== "controller") {
    throw new Fault("not-permitted", "Only a controller may hide an S1 of the close.", { pointer: "/hidesWorst" });
  }
  return hidesWorst && namesWorst(matcher) && meets;
}

function namesWorst({ severities }: Matcher): boolean {
  return severities === undefined || severities.includes("S1");
}

/** Whether a close runs at any hour of a stretch of time. */
function meetsClose(calendars: Calendars, from: Date, to: Date): boolean {
  const phase: ClosePhase = "close";
  for (let at = from.getTime(); at < to.getTime(); at += HOUR) {
    if (closePhaseAt(calendars, new Date(at)) === phase) return true;
  }
  return closePhaseAt(calendars, to) === phase;
}
