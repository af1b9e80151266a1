import type { Trace } from "../../schemas/wire/trace.ts";
import { momentOf } from "../checks/moment.ts";
import { indexOf } from "../checks/estate-index.ts";
import { lineInputOf } from "../breaks/line-input.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { extractRow } from "../lines/extract-rows.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import { judgeLine } from "../reconcile/tie-line.ts";
import { lineExtractsOfRuns } from "../store/clickhouse/line-extracts.ts";
import { lanesOf, subjectOf, type Subject } from "./flow-lanes.ts";
import { gatherRuns, type Gathered, type Member } from "./gather-runs.ts";
import { linkRuns, sureness } from "./link-runs.ts";
import { pastFacts } from "./past-facts.ts";
import { sourceReading } from "./source-reading.ts";
import { toldRun } from "./told-run.ts";
import { traceActs } from "./trace-acts.ts";
import { windowRuns } from "./window-runs.ts";
import { endOf, keyOf, startOf, type RunKey, type TracedRun } from "./traced-run.ts";

export type TraceContext = Pick<Context, "clickhouse" | "postgres" | "estate" | "clock">;

export interface BatchAsked {
  /** As it was asked for. */
  id: string;
  correlationId: string | null;
  keys: readonly RunKey[];
  members?: readonly Member[];
  /** The figure it is traced for, where one was asked for. */
  figure?: { flow: string; entity: string; period: string };
  /** Only what had reached the tower by then. */
  knownAt: string | null;
  /** Whether texts of events are wanted. */
  raw: boolean;
}

/** The way of one batch through every system. A Fault where nothing of it is for the actor to see. */
export async function traceBatch(ctx: TraceContext, actor: Actor, asked: BatchAsked): Promise<Trace> {
  const { correlationId, knownAt } = asked;
  const gathered = await gatherRuns(ctx.clickhouse, asked, knownAt);
  const visible = gathered.runs.filter(({ run }) => isVisible(actor, run.targets));
  if (visible.length === 0) throw unknown(asked.id);
  const subject = subjectFor(ctx, asked, visible);
  // A run of many entities is seen for one of them; whose batch this is, is not.
  if (subject.entity && !inScope(actor, subject.entity)) throw unknown(asked.id);
  if (!inPeriods(actor, subject.period)) throw unknown(asked.id);
  const near = await windowRuns(ctx, subject, visible, { correlationId, knownAt });
  const pool = [...visible, ...near.filter(({ run }) => isVisible(actor, run.targets))];
  const links = linkRuns(pool, correlationId);
  const sure = sureness(visible, links, new Set(asked.keys.map(keyOf)));
  const runs = pool.filter(({ key }) => sure.has(key)).toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
  const shown = new Set(runs.map(({ key }) => key));
  const own = links.filter(({ from, to }) => shown.has(from) && shown.has(to));
  const now = knownAt ?? ctx.clock.now().toISOString();
  const span = spanOf(runs);
  const runIds = runs.map(({ run }) => run.runId);
  const raw = asked.raw && actor.scopes.includes("run:raw");
  const telling = { ...{ estate: ctx.estate, subject, links: own, sure, raw, events: gathered.events } };
  const [acts, extracts, line] = await Promise.all([
    traceActs(ctx, actor, { subject, runIds, correlationId, from: span.startedAt, until: now }),
    extractsOf(ctx, actor, subject, runIds),
    lineOf(ctx, actor, subject, runs, now),
  ]);
  return {
    id: asked.id,
    correlationId,
    flow: subject.flow?.id ?? null,
    flowTitle: subject.flow?.title ?? null,
    entity: subject.entity,
    period: subject.period,
    version: subject.flow?.version ?? null,
    knownAt,
    ...span,
    lanes: lanesOf(ctx.estate, subject, runs),
    runs: runs.map((run) => toldRun(run, { ...telling, sees: (entity) => inScope(actor, entity) })),
    links: own,
    ...{ acts, line, extracts },
    notes: notesOf(gathered, visible.length, actor),
  };
}

function unknown(id: string): Fault {
  return new Fault("not-found", `Nothing is known of ${id} here.`);
}

/** A run is visible to who may see any of its entities; one that names none, to everybody. */
export function isVisible(actor: Actor, targets: readonly { entity: string | null }[]): boolean {
  const entities = targets.flatMap(({ entity }) => entity ?? []);
  return entities.length === 0 || entities.some((entity) => inScope(actor, entity));
}

function subjectFor(ctx: TraceContext, { figure, correlationId }: BatchAsked, runs: readonly TracedRun[]): Subject {
  if (!figure) return subjectOf(ctx.estate, runs, correlationId);
  return { flow: indexOf(ctx.estate).flow(figure.flow), entity: figure.entity, period: figure.period };
}

function spanOf(runs: readonly TracedRun[]) {
  const startedAt = runs.map(startOf).reduce((first, at) => (at < first ? at : first));
  const lastAt = runs.map(endOf).reduce((last, at) => (at > last ? at : last));
  const isOver = runs.every(({ run }) => run.endedAt !== null);
  return {
    startedAt,
    endedAt: isOver ? lastAt : null,
    durationSeconds: (Date.parse(lastAt) - Date.parse(startedAt)) / 1000,
  };
}

/** Line extracts that runs of the batch handed in. */
async function extractsOf(ctx: TraceContext, actor: Actor, { entity, period }: Subject, runIds: readonly string[]) {
  if (!entity || !period || !inScope(actor, entity)) return [];
  const rows = await ctx.clickhouse.ask(lineExtractsOfRuns, { entity, period, runIds: [...runIds] });
  return rows.map((row) => extractRow(ctx, row));
}

/** The batch's tie-out line, judged from the figures its own runs reported. */
async function lineOf(
  ctx: TraceContext,
  actor: Actor,
  { flow, entity, period }: Subject,
  runs: readonly TracedRun[],
  now: string,
) {
  if (!flow || !entity || !period || !inScope(actor, entity)) return null;
  if (!ctx.estate.entities.some(({ id }) => id === entity)) return null;
  const rule = indexOf(ctx.estate)
    .reconciliationsOf(flow.id)
    .find(({ kind }) => kind === "flow");
  if (!rule) return null;
  const reading = await sourceReading(ctx, { rule, flow, entity, period, runs, now });
  const facts = pastFacts(runs, reading ? [reading] : []);
  const input = lineInputOf({ estate: ctx.estate, facts }, rule, entity, period);
  return input && judgeLine(input, momentOf(new Date(now))).line;
}

function notesOf({ notes, unheard, runs }: Gathered, visible: number, actor: Actor): string[] {
  const hidden = runs.length - visible;
  return [
    ...notes,
    ...(unheard.length > 0
      ? [`${unheard.length} ${unheard.length === 1 ? "run is" : "runs are"} named and not heard of.`]
      : []),
    ...(hidden > 0 && actor.entities !== "all" ? ["Runs of entities outside your scope are left out."] : []),
  ];
}
