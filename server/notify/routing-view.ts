import { Role } from "../../schemas/estate/role.ts";
import { Severity, type Route } from "../../schemas/estate/route.ts";
import { ExceptionClass, ExceptionCode } from "../../schemas/event/facets.ts";
import type { OnCall, ReceiverRow, Routing } from "../../schemas/wire/alert.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import { calendarsOf } from "../close/calendars.ts";
import { receiverStates } from "../store/postgres/inbox.ts";
import { silencesInForce } from "../store/postgres/silences.ts";
import { allPeople, type Person } from "../store/postgres/people.ts";
import type { AlertContext } from "./alert-context.ts";
import { closePhaseAt } from "./close-phase.ts";
import { mutedUntil } from "./muted-until.ts";
import { turnsFrom } from "./on-call.ts";

const TURNS = 4;

/** The routing as declared, who stands behind it now, and everything that is wrong with it. */
export async function routingView(ctx: AlertContext): Promise<Routing> {
  const { estate, clock, postgres } = ctx;
  const now = clock.now();
  const calendars = calendarsOf(estate);
  const phase = closePhaseAt(calendars, now);
  const people = await postgres.ask(allPeople, {});
  const receivers = await receiverRows(ctx);
  const silences = await postgres.ask(silencesInForce, { now: now.toISOString() });
  const worst = silences.filter(({ hidesWorst }) => hidesWorst);
  return {
    phase,
    roles: Role.options.map((role) => ({
      role,
      people: people.filter((person) => person.role === role).length,
      cells: ExceptionClass.options.flatMap((kind) =>
        Severity.options.map((severity) => ({
          ...{ class: kind, severity },
          routes: estate.routes
            .filter((route) => route.role === role && (route.phases ?? [phase]).includes(phase) && knows(route, kind))
            .filter(
              ({ classes, severities }) =>
                classes?.includes(kind) !== false && severities?.includes(severity) !== false,
            )
            .map(({ id }) => id),
        })),
      ),
    })),
    receivers,
    onCall: onCallOf(ctx, people),
    mutes: estate.mutes.map((mute) => ({
      ...{ id: mute.id, reason: mute.reason },
      untilAt: mutedUntil(mute, calendars, now),
    })),
    flaws: [
      ...worst.map(({ createdBy, reason, expiresAt }) => {
        return `A silence of ${createdBy.name} hides S1 of the close until ${expiresAt.slice(0, 16).replace("T", " ")} UTC: ${reason}`;
      }),
      ...flawsOf(ctx, people, receivers),
    ],
  };
}

/** Each rotation's turns, now and next. */
export function onCallOf({ estate, clock }: AlertContext, people: readonly Person[]): OnCall[] {
  const now = clock.now();
  return estate.rotations.map((rotation) => ({
    ...{ rotation: rotation.id, title: rotation.title, role: rotation.role },
    turns: turnsFrom(rotation, calendarsOf(estate), now, TURNS).map((turn, at) => ({
      ...turn,
      name: people.find(({ email }) => email === turn.member.toLowerCase())?.name ?? null,
      now: at === 0,
    })),
  }));
}

async function receiverRows({ alerting, postgres }: AlertContext): Promise<ReceiverRow[]> {
  const states = new Map((await postgres.ask(receiverStates, {})).map((each) => [each.receiver, each]));
  return [...alerting.receivers.values()].map(({ id, title, kind, open, flaw }) => {
    const seen = states.get(id);
    const trouble = flaw ?? seen?.trouble ?? null;
    const state = open === null ? "not set up" : trouble === null ? "ready" : "failing";
    return { id, title, kind, state, trouble, waiting: seen?.waiting ?? 0, lastSentAt: seen?.lastSentAt ?? null };
  });
}

function flawsOf({ estate }: AlertContext, people: readonly Person[], receivers: readonly ReceiverRow[]): string[] {
  const known = new Set(estate.entities.map(({ id }) => id));
  const hasRole = (role: Role) => people.some((person) => person.role === role);
  return [
    ...estate.routes
      .filter((route) => !hasRole(route.role))
      .map(({ id, role }) => `Route ${id} reaches nobody in the inbox: there is no ${role}.`),
    ...people
      .filter(({ entities }) => entities !== null && !entities.some((id) => known.has(id)))
      .map(({ name }) => `${name} has no entity of this estate in scope, sees nothing and is told nothing.`),
    ...estate.rotations.flatMap(({ id, role, members }) =>
      members
        .filter((email) => !people.some((person) => person.email === email.toLowerCase() && person.role === role))
        .map(
          (email) => `Rotation ${id} names ${email}, who is no ${role} here; everybody of the role is told instead.`,
        ),
    ),
    ...receivers
      .filter(({ state }) => state === "failing")
      .map(({ title, trouble }) => `${title} is failing: ${trouble}`),
    ...notSetUp(receivers),
  ];
}

/** What is not set up is one thing to do, not many. */
function notSetUp(receivers: readonly ReceiverRow[]): string[] {
  const missing = receivers.filter(({ state }) => state === "not set up").map(({ title }) => title);
  if (missing.length === 0) return [];
  const names = new Intl.ListFormat("en-GB").format(missing);
  return [
    `${names} ${missing.length === 1 ? "is" : "are"} not set up: what they would carry stands in the inbox only.`,
  ];
}

/** Whether any kind of exception of a class is among what a route names. */
function knows({ owners, codes }: Route, kind: ExceptionClass): boolean {
  return ExceptionCode.options.some((code) => {
    const of = EXCEPTION_TABLE[code];
    return of.class === kind && owners?.includes(of.owner) !== false && codes?.includes(code) !== false;
  });
}
