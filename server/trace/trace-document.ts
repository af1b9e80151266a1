import type { DocumentPlace, DocumentTrace } from "../../schemas/wire/trace.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { documentsIn } from "../ingest/derive-names.ts";
import { extractRow } from "../lines/extract-rows.ts";
import { latestSide } from "../lines/latest-side.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import { lineExtracts, type ExtractRow } from "../store/clickhouse/line-extracts.ts";
import { reportsBetween } from "../store/clickhouse/trace-figures.ts";
import { linesNamed } from "../store/clickhouse/trace-lines.ts";
import { EVER, NEVER, runsNaming } from "../store/clickhouse/trace.ts";
import { documentPlaces, mostTelling, type PlaceKnown } from "./document-places.ts";
import { gatherRuns } from "./gather-runs.ts";
import { tracedLines } from "./lines-of-figure.ts";
import type { TraceContext } from "./trace-batch.ts";

export interface DocumentAsked {
  document: string;
  entity?: string | undefined;
  period?: string | undefined;
  knownAt: string | null;
}

const MOST_LINES = 500;
const MOST_REFUSALS = 100;
/** Lines looked through for one document; extracts beyond are left out, oldest first. */
const MOST_SEARCHED = 40_000_000;

/** A document forward: every dataset and report that holds it, was refused it, or must have been given it. */
export async function traceDocument(ctx: TraceContext, actor: Actor, asked: DocumentAsked): Promise<DocumentTrace> {
  const { document, entity, knownAt } = asked;
  if (entity && !inScope(actor, entity)) throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
  const notes: string[] = [];
  const [sides, refusals] = await Promise.all([sidesInScope(ctx, actor, asked, notes), refusalsOf(ctx, actor, asked)]);
  const loads = sides.flat();
  const rows =
    loads.length === 0
      ? []
      : await ctx.clickhouse.ask(linesNamed, { loads: loads.map(({ id }) => id), document, limit: MOST_LINES + 1 });
  const lines = tracedLines(
    rows.slice(0, MOST_LINES),
    loads.map((row) => extractRow(ctx, row)),
  );
  const holding = new Set(rows.map(({ load }) => load));
  const spots = new Map<string, { entity: string; period: string }>();
  for (const { entity: of, period } of [...loads.filter(({ id }) => holding.has(id)), ...refusals])
    spots.set(`${of} ${period}`, { entity: of, period });
  if (spots.size === 0)
    throw new Fault("not-found", `No line and no run names ${document}${entity ? ` for ${entity}` : ""}.`);
  const places: DocumentPlace[] = [];
  for (const spot of spots.values())
    places.push(...(await placesAt(ctx, { ...spot, sides, holding, refusals, knownAt })));
  if (loads.length === 0) notes.push("No lines are handed in here; only what runs said of the document is known.");
  return {
    ...{ document, knownAt, places, lines, moreLines: rows.length > MOST_LINES },
    reports: reportsOf(ctx, places),
    searched: { extracts: loads.length, lines: loads.reduce((sum, load) => sum + load.rows, 0) },
    notes,
  };
}

/** The extract in force of every dataset, entity, period and version in scope, latest first, as far as can be searched. */
async function sidesInScope(
  { clickhouse }: TraceContext,
  actor: Actor,
  { entity, period = "", knownAt }: DocumentAsked,
  notes: string[],
): Promise<ExtractRow[][]> {
  const rows = await clickhouse.ask(lineExtracts, {
    ...{ dataset: "", period, version: "", limit: 20_000 },
    entities: entity ? [entity] : actor.entities === "all" ? [] : [...actor.entities],
    allEntities: !entity && actor.entities === "all",
  });
  const known = rows.filter(
    ({ receivedAt, period: of }) => (knownAt === null || receivedAt <= knownAt) && inPeriods(actor, of),
  );
  const slots = Map.groupBy(known, (row) => [row.dataset, row.entity, row.period, row.version].join("\n"));
  const sides = [...slots.values()].map((of) => latestSide(of)).filter((side) => side.length > 0);
  let left = MOST_SEARCHED;
  const searched = sides.filter((side) => {
    left -= side.reduce((sum, each) => sum + each.rows, 0);
    return left >= 0;
  });
  if (searched.length < sides.length)
    notes.push(`${sides.length - searched.length} older extracts were not searched; name an entity or period.`);
  return searched;
}

interface Refusal {
  dataset: string;
  entity: string;
  period: string;
  runId: string;
}

/** Runs that said they could not load the document, and where. */
async function refusalsOf(ctx: TraceContext, actor: Actor, asked: DocumentAsked): Promise<Refusal[]> {
  const { document, knownAt } = asked;
  const naming = await ctx.clickhouse.ask(runsNaming, { names: [document], kinds: ["document"], most: MOST_REFUSALS });
  if (naming.length === 0) return [];
  const { runs } = await gatherRuns(ctx.clickhouse, { correlationId: null, keys: naming, follow: false }, knownAt);
  const index = indexOf(ctx.estate);
  return runs.flatMap(({ run }) =>
    run.exceptions
      .filter(({ documentRef }) => documentsIn(documentRef ?? "").includes(document))
      .flatMap((exception) =>
        run.targets.flatMap((target): Refusal[] => {
          const dataset = index.datasetNamed(target)?.id;
          const entity = exception.entity ?? target.entity;
          const period = exception.period ?? target.period;
          const fits = entity === target.entity && period === target.period;
          if (!dataset || !entity || !period || !fits || !inScope(actor, entity) || !inPeriods(actor, period))
            return [];
          if ((asked.entity ?? entity) !== entity || (asked.period ?? period) !== period) return [];
          return [{ dataset, entity, period, runId: run.runId }];
        }),
      ),
  );
}

interface Spot {
  entity: string;
  period: string;
  sides: readonly ExtractRow[][];
  holding: ReadonlySet<string>;
  refusals: readonly Refusal[];
  knownAt: string | null;
}

/** The document along every flow of an entity that has it anywhere. */
async function placesAt(ctx: TraceContext, spot: Spot): Promise<DocumentPlace[]> {
  const { entity, period, sides, holding, refusals } = spot;
  const here = (each: { entity: string; period: string }) => each.entity === entity && each.period === period;
  const seenIn = new Set([
    ...sides.flatMap((side) => side.filter((row) => here(row) && holding.has(row.id)).map(({ dataset }) => dataset)),
    ...refusals.filter(here).map(({ dataset }) => dataset),
  ]);
  const flows = ctx.estate.flows.filter(
    (flow) => serves(flow, entity) && datasetsOf(flow).some((dataset) => seenIn.has(dataset)),
  );
  const places: DocumentPlace[] = [];
  for (const flow of flows) places.push(...documentPlaces(await knownAlong(ctx, flow, spot)));
  return [...new Map(places.map((place) => [place.dataset, place])).values()];
}

async function knownAlong(ctx: TraceContext, flow: Flow, spot: Spot): Promise<PlaceKnown[]> {
  const { entity, period, sides, holding, refusals, knownAt } = spot;
  const index = indexOf(ctx.estate);
  const names = datasetsOf(flow).map((id) => index.name(id));
  const reports = await ctx.clickhouse.ask(reportsBetween, {
    namespaces: names.map(({ namespace }) => namespace),
    names: names.map(({ name }) => name),
    ...{ entity, period, version: flow.version, since: NEVER, until: knownAt ?? EVER },
  });
  return datasetsOf(flow).map((id): PlaceKnown => {
    const { title, kind } = index.dataset(id);
    const side = sides.find(([row]) => row?.dataset === id && row.entity === entity && row.period === period);
    const [first] = side ?? [];
    return {
      ...{ dataset: id, title, systemTitle: index.systemOf(id).title, kind, entity, period },
      handedIn: first ? { runId: first.runId, asOf: first.asOf } : null,
      holds: side?.some((row) => holding.has(row.id)) ?? false,
      inForce: reports.find((report) => index.datasetNamed(report)?.id === id) ?? null,
      refusedBy: new Set(
        refusals
          .filter((each) => each.dataset === id && each.entity === entity && each.period === period)
          .map(({ runId }) => runId),
      ),
    };
  });
}

function datasetsOf({ source, hops }: Flow): string[] {
  return [...(source ? [source] : []), ...hops.map(({ dataset }) => dataset)];
}

function reportsOf({ estate }: TraceContext, places: readonly DocumentPlace[]): DocumentTrace["reports"] {
  return estate.reports.flatMap(({ id, title, datasets }) => {
    const told = mostTelling(places.filter(({ dataset }) => datasets.includes(dataset)));
    return told ? [{ report: id, title, state: told.state, text: `${told.entity}, ${told.period}: ${told.text}` }] : [];
  });
}
