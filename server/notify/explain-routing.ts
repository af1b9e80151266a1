import type { ExceptionCode } from "../../schemas/event/facets.ts";
import type { Explanation } from "../../schemas/wire/alert.ts";
import type { Severity } from "../../schemas/estate/route.ts";
import { calendarsOf } from "../close/calendars.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import { silencesInForce } from "../store/postgres/silences.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import { allPeople } from "../store/postgres/people.ts";
import type { AlertContext } from "./alert-context.ts";
import { decide, type Call, type Deciding } from "./decide.ts";
import { escalationsOf } from "./escalations.ts";
import type { Desk, Letter } from "./letter.ts";
import { plainText } from "./message.ts";
import { heldBy } from "./stages/index.ts";
import { wordsFor } from "./wording.ts";

/** An incident somebody makes up; what they leave out is as the kind of exception has it. */
export interface MadeUp {
  code: ExceptionCode;
  severity: Severity | null;
  entities: readonly string[];
  flow: string | null;
}

/** Who would be told of an incident at an instant, by what, in which words, why, and who would not. Nothing is sent. */
export async function explainRouting(ctx: AlertContext, incident: StoredIncident, now: Date): Promise<Explanation> {
  const { estate, postgres } = ctx;
  const calendars = calendarsOf(estate);
  const people = await postgres.ask(allPeople, {});
  const silences = await postgres.ask(silencesInForce, { now: now.toISOString() });
  const deciding: Deciding = { estate, calendars, people, now };
  const { phase, calls, passed, flaws } = decide(deciding, incident);
  const desk: Desk = {
    ...{ estate, calendars, now, realNow: new Date(), silences, incidentOf: () => incident },
    toldBefore: () => [],
    lastMinute: () => ({ count: 0, oldestAt: null }),
  };
  return {
    phase,
    passed,
    flaws,
    calls: calls.map((call) => ({ ...explained(ctx, incident, call), waits: waitOf(call, incident, desk) })),
    escalations: escalationsOf({ estate, calendars }, incident, now).map(
      ({ step, role, dueAt, receivers, because }) => {
        return { step, role, dueAt, receivers: [...receivers], because };
      },
    ),
  };
}

function explained(ctx: AlertContext, incident: StoredIncident, call: Call) {
  const { route, role, people, receivers, because } = call;
  const words = wordsFor(ctx.estate, incident, {
    ...{ role, occasion: "opened", because, entities: people[0]?.entities ?? "all" },
    url: ctx.alerting.links.incidentUrl(incident.id),
    acknowledgeUrl: null,
  });
  return {
    ...{ route, role, because },
    people: people.map(({ id, name }) => ({ id, name })),
    receivers: ["inbox", ...receivers].flatMap((id) => {
      const reached = ctx.alerting.receivers.get(id);
      return reached ? [{ id, title: reached.title, ready: reached.open !== null }] : [];
    }),
    title: words.title,
    text: plainText(words),
  };
}

/** What the stages would say of the message now; null where it would be sent at once. */
function waitOf(call: Call, incident: StoredIncident, desk: Desk) {
  const letter: Letter = {
    ...{ id: "", incident: incident.id, opening: incident.reopened, occasion: "opened", step: "", role: call.role },
    ...{ receiver: call.receivers[0] ?? "inbox", recipient: "", digest: call.digest, hours: call.hours },
    ...{ madeAt: desk.now.toISOString(), retryAt: null, attempts: 0, sentAt: null },
  };
  const held = heldBy(letter, desk);
  if (!held) return null;
  const { stage, ruling } = held;
  return { stage: stage.name, until: ruling.go === "wait" ? ruling.until : null, because: ruling.because };
}

/** An incident that never was, for seeing where it would go. */
export function madeUpIncident(
  ctx: AlertContext,
  { code, severity, entities, flow }: MadeUp,
  now: Date,
): StoredIncident {
  const kind = EXCEPTION_TABLE[code];
  const at = now.toISOString();
  const period = calendarsOf(ctx.estate).periodAt(now).period;
  const words = { title: `A made-up ${code.replaceAll("-", " ")}`, text: "Nobody is told; this shows who would be." };
  const none = null;
  return {
    ...{ id: "made-up", number: 0, causeKey: "made-up", code, class: kind.class, severity: severity ?? kind.severity },
    ...{ state: "open", ownerRole: kind.owner, words: { finance: words, engineering: words } },
    cause: {
      ...{ kind: "tower", system: none, dataset: none, flow, job: none, runId: none, correlationId: none },
      ...{ entity: entities[0] ?? none, period, detail: none },
    },
    ...{ entities: [...entities], periods: [period], flows: flow === null ? [] : [flow], causeCount: 1 },
    ...{ exceptionCount: 1, amount: none, currency: none, impact: impactOf(ctx, entities, flow), holds: [] },
    ...{ sinceAt: at, dueAt: none, openedAt: at, changedAt: at, acknowledgedAt: none, acknowledgedBy: none },
    ...{ assignee: none, snoozedUntil: none, snoozedMilestone: none, quietSinceAt: none, resolvedAt: none },
    ...{ resolution: none, reopened: 0, flapping: false, runbook: none, postMortem: none, revision: 1, sequence: 0 },
  };
}

/** What an incident in a flow would endanger at worst: the reports behind its hops, the milestones that wait for it. */
function impactOf(
  { estate }: AlertContext,
  entities: readonly string[],
  flow: string | null,
): StoredIncident["impact"] {
  const hops = new Set(estate.flows.find(({ id }) => id === flow)?.hops.map(({ dataset }) => dataset));
  const waiting = estate.close.milestones.filter(({ gate }) => gate.kind === "flow" && gate.flow === flow);
  return {
    reports: estate.reports
      .filter(({ datasets }) => datasets.some((id) => hops.has(id)))
      .map(({ id, title }) => ({ id, title })),
    milestones: waiting.map(({ id, title }) => ({ id, title, dueAt: null, entities: [...entities] })),
    signoffs: [],
  };
}
