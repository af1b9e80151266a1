import type { Estate } from "../../schemas/estate/estate.ts";
import type { Incident, IncidentException, IncidentImpact } from "../../schemas/wire/incident.ts";
import { indexOf } from "../checks/estate-index.ts";
import { compareText } from "./by-weight.ts";
import type { Finding } from "./fold-incidents.ts";
import { wordsOf } from "./incident-words.ts";
import type { ExceptionGroup, OpenException } from "./open-exception.ts";
import type { Upstream } from "./upstream.ts";

/** Of an incident so many exceptions are named; all are counted. */
const NAMED = 100;

/** A group as an incident is told of it. */
export function findingOf(estate: Estate, order: Upstream, { causeKey, causes, impacts }: ExceptionGroup): Finding {
  const [first] = causes as [OpenException, ...OpenException[]];
  const all = [...causes, ...impacts];
  // What has no entity of its own concerns every one.
  const entities = causes.some(({ entity }) => entity === null) ? [] : unique(all.map(({ entity }) => entity));
  const one = unique(causes.map(({ entity }) => entity)).length === 1 && causes.length === 1;
  const found = {
    ...{ code: first.code, class: first.class, severity: first.severity, ownerRole: first.ownerRole },
    ...{ entities, periods: unique(all.map(({ period }) => period)), flows: unique(all.map(({ flow }) => flow)) },
    sinceAt: earliest(causes.map(({ sinceAt }) => sinceAt))!,
    dueAt: earliest(all.map(({ dueAt }) => dueAt)),
    impact: impactOf(estate, order, all),
  };
  return {
    causeKey,
    ...found,
    words: wordsOf(estate, causes, found),
    cause: causeOf(first, causes),
    ...{ causeCount: causes.length, exceptionCount: all.length },
    ...{ amount: one ? first.amount : null, currency: one ? first.currency : null },
    holds: unique(all.map(({ hold }) => hold)),
    runbook: runbookFor(estate, first),
  };
}

/** The exceptions an incident names, those of its cause first. */
export function namedExceptions({ causes, impacts }: ExceptionGroup): Omit<IncidentException, "endedAt">[] {
  const named = (part: IncidentException["part"]) => (each: OpenException) => {
    const { key, code, class: of, severity, title, system, dataset, flow, entity, period, job } = each;
    const { runId, correlationId, detail, amount, currency, sinceAt } = each;
    return {
      ...{ key, part, code, class: of, severity, title, system, dataset, flow, entity, period, job },
      ...{ runId, correlationId, detail, amount, currency, sinceAt },
    };
  };
  const rest = Math.max(0, NAMED - causes.length);
  return [...causes.slice(0, NAMED).map(named("cause")), ...impacts.slice(0, rest).map(named("impact"))];
}

/** What several causes alike have in common is the cause; what differs between them is left out. */
function causeOf(first: OpenException, causes: readonly OpenException[]): Incident["cause"] {
  const shared = <K extends keyof OpenException>(key: K) =>
    causes.every((each) => each[key] === first[key]) ? first[key] : null;
  return {
    kind: first.kind,
    ...{ system: first.system, dataset: shared("dataset"), flow: shared("flow"), job: shared("job") },
    ...{ runId: first.runId, correlationId: shared("correlationId") },
    ...{ entity: shared("entity"), period: shared("period"), detail: first.detail },
  };
}

function impactOf(estate: Estate, order: Upstream, exceptions: readonly OpenException[]): IncidentImpact {
  const held = new Map<string, { due: string | null; entities: Set<string> }>();
  const reached = new Set<string>();
  const everybody = estate.entities.map(({ id }) => id);
  for (const { milestones, entity, dataset, system, brings } of exceptions) {
    for (const { id, dueAt } of milestones) {
      const known = held.get(id) ?? { due: null, entities: new Set<string>() };
      if (dueAt !== null && (known.due === null || dueAt < known.due)) known.due = dueAt;
      for (const each of entity === null ? everybody : [entity]) known.entities.add(each);
      held.set(id, known);
    }
    if (brings === null) continue;
    const from =
      dataset !== null ? [dataset] : estate.datasets.filter((each) => each.system === system).map(({ id }) => id);
    for (const id of from) for (const each of [id, ...order.after(id)]) reached.add(each);
  }
  const milestones = estate.close.milestones.flatMap(({ id, title }) => {
    const known = held.get(id);
    return known ? [{ id, title, dueAt: known.due, entities: [...known.entities].sort(compareText) }] : [];
  });
  return {
    reports: estate.reports
      .filter(({ datasets }) => datasets.some((id) => reached.has(id)))
      .map(({ id, title }) => ({ id, title })),
    milestones,
    signoffs: signoffsAfter(estate, milestones),
  };
}

/** Sign-offs that cannot be given, or do not stand, while these milestones are held. */
function signoffsAfter(estate: Estate, held: IncidentImpact["milestones"]): IncidentImpact["signoffs"] {
  const touched = new Map(held.map(({ id, entities }) => [id, new Set(entities)]));
  for (let before = -1, now = 0; before !== now; before = now, now = sizeOf(touched)) {
    for (const { id, after } of estate.close.milestones) {
      const entities = after.flatMap((each) => [...(touched.get(each) ?? [])]);
      if (entities.length > 0) touched.set(id, new Set([...(touched.get(id) ?? []), ...entities]));
    }
  }
  return estate.close.milestones.flatMap(({ id, title, gate }) => {
    const entities = gate.kind === "signoff" ? [...(touched.get(id) ?? [])].sort(compareText) : [];
    return entities.length > 0 ? [{ milestone: id, title, entities }] : [];
  });
}

function sizeOf(touched: ReadonlyMap<string, ReadonlySet<string>>): number {
  return [...touched.values()].reduce((sum, { size }) => sum + size, 0);
}

/** The estate's runbook for the kind of exception; else the flow's own. */
function runbookFor(estate: Estate, { code, flow }: OpenException): string | null {
  const named = estate.runbooks.find(({ codes }) => codes?.includes(code));
  return named?.id ?? (flow === null ? null : (indexOf(estate).flow(flow).runbook ?? null));
}

function unique(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))].sort(compareText);
}

/** Written as the tables give it back, so that what stays the same reads the same. */
function earliest(instants: readonly (string | null)[]): string | null {
  const first = instants.reduce((least, at) => (at !== null && (least === null || at < least) ? at : least), null);
  return first === null ? null : new Date(first).toISOString();
}
