import type { Dataset } from "../../schemas/estate/flow.ts";
import type { Total } from "../../schemas/run.ts";
import type { FigureStep, FigureTrace, Trace } from "../../schemas/wire/trace.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { extractRow } from "../lines/extract-rows.ts";
import { latestSide } from "../lines/latest-side.ts";
import { lineExtracts, type ExtractRow } from "../store/clickhouse/line-extracts.ts";
import { reportsBetween, totalsOfReports, type ReportRow } from "../store/clickhouse/trace-figures.ts";
import { EVER, NEVER } from "../store/clickhouse/trace.ts";
import { figurePath, type FigureAsked, type FigurePath } from "./figure-path.ts";
import { knownReports, type KnownReport } from "./known-reports.ts";
import { linesOfFigure } from "./lines-of-figure.ts";
import { reportBehind, takenFrom } from "./taken-from.ts";
import { summedTotals } from "./told-run.ts";
import { traceBatch, type TraceContext } from "./trace-batch.ts";

/** A report's figure back to its source: the version of every dataset behind it, its batch, its lines. */
export async function traceFigure(ctx: TraceContext, actor: Actor, asked: FigureAsked): Promise<FigureTrace> {
  const path = figurePath(ctx.estate, actor, asked);
  const { entity, period, account = "", knownAt } = asked;
  const { dataset, version } = path;
  const reports = await reportsOnPath(ctx, path, asked);
  const own = reports.get(dataset.id) ?? [];
  const figure = own[0];
  if (!figure) {
    const when = knownAt ? ` that had come by ${knownAt}` : "";
    throw new Fault("not-found", `${dataset.title} has reported no figures for ${entity}, ${period}${when}.`);
  }
  const trace = await batchBehind(ctx, actor, path, { asked, figure });
  const chosen = chosenReports(path, reports, figure, trace);
  const [totals, loads] = await Promise.all([
    totalsOf(ctx, path, asked, chosen),
    ctx.clickhouse.ask(lineExtracts, {
      ...{ dataset: "", entities: [entity], allEntities: false, period, version, limit: 5_000 },
    }),
  ]);
  const steps = path.datasets.map((each) => stepOf(ctx, { each, chosen, totals, loads, account, trace, knownAt }));
  const last = steps.at(-1)!;
  const lines = await linesOfFigure(ctx, steps, account);
  const notes = [...path.notes];
  if (account && steps.some(({ coarser }) => coarser))
    notes.push(`Account ${account} is told apart only where a system reports accounts; elsewhere the whole is shown.`);
  if (lines.lines.length === 0)
    notes.push("No lines were handed in for this figure, so that it ends at control totals.");
  return {
    cell: { report: path.report, dataset: dataset.id, datasetTitle: dataset.title, entity, period, version, account },
    knownAt,
    amount: last.totals?.net ?? last.totals?.count ?? null,
    currency: last.totals?.net ? last.totals.currency : "",
    ...{ steps, trace, lines: lines.lines, moreLines: lines.more, notes },
  };
}

/** Reports on every dataset of the way, by dataset, latest first. */
async function reportsOnPath(ctx: TraceContext, path: FigurePath, asked: FigureAsked) {
  const index = indexOf(ctx.estate);
  const names = path.datasets.map(({ id }) => index.name(id));
  const { entity, period, knownAt } = asked;
  const rows = await ctx.clickhouse.ask(reportsBetween, {
    namespaces: names.map(({ namespace }) => namespace),
    names: names.map(({ name }) => name),
    ...{ entity, period, version: path.version, since: NEVER, until: knownAt ?? EVER },
  });
  const jobOf = (report: ReportRow) => {
    const hop = path.flow.hops.find(({ dataset }) => dataset === index.datasetNamed(report)?.id);
    return hop
      ? { jobNamespace: index.systemOf(hop.dataset).namespace, jobName: hop.job.replace("{entity}", entity) }
      : null;
  };
  const known = await knownReports(ctx.clickhouse, rows, jobOf, knownAt);
  return Map.groupBy(known, (report) => index.datasetNamed(report)?.id ?? "");
}

async function batchBehind(
  ctx: TraceContext,
  actor: Actor,
  path: FigurePath,
  { asked, figure }: { asked: FigureAsked; figure: KnownReport },
): Promise<Trace | null> {
  const { correlationId, run } = figure;
  if (correlationId === null && run === null) return null;
  const { entity, period, knownAt, raw } = asked;
  return traceBatch(ctx, actor, {
    id: correlationId ?? run!.runId,
    ...{ correlationId, keys: run ? [run] : [], knownAt, raw },
    figure: { flow: path.flow.id, entity, period },
  });
}

interface Chosen {
  report: KnownReport;
  /** Whether it carries the figure's own correlation ID. */
  carries: boolean;
  /** For a ledger read without a run: whether it was read before or after the snapshot. */
  reading: "before" | "after" | null;
}

/** Of every dataset the report the figure rests on, from the figure back to its source. */
function chosenReports(
  path: FigurePath,
  reports: ReadonlyMap<string, KnownReport[]>,
  figure: KnownReport,
  trace: Trace | null,
): Map<string, Chosen> {
  const chosen = new Map<string, Chosen>([[path.dataset.id, { report: figure, carries: true, reading: null }]]);
  let { at } = figure;
  let takenAt: string | null = null;
  for (const { id } of path.datasets.slice(0, -1).toReversed()) {
    const candidates = reports.get(id) ?? [];
    const isSource = id === path.flow.source;
    if (isSource) {
      const taken = takenFrom(candidates, takenAt ?? at);
      if (taken) chosen.set(id, { ...taken, carries: false, reading: taken.after ? "after" : "before" });
      continue;
    }
    const behind = reportBehind(candidates, { at, correlationId: figure.correlationId });
    if (!behind) continue;
    chosen.set(id, { ...behind, reading: null });
    ({ at } = behind.report);
    takenAt = trace?.line?.hops.find(({ dataset }) => dataset === id)?.snapshotAsOf ?? takenAt;
  }
  return chosen;
}

async function totalsOf(ctx: TraceContext, path: FigurePath, asked: FigureAsked, chosen: ReadonlyMap<string, Chosen>) {
  const names = [...chosen.keys()].map((id) => indexOf(ctx.estate).name(id));
  const times = [...chosen.values()].map(({ report }) => report.at).toSorted();
  const rows = await ctx.clickhouse.ask(totalsOfReports, {
    ...{ since: times[0]!, until: times.at(-1)! },
    namespaces: names.map(({ namespace }) => namespace),
    names: names.map(({ name }) => name),
    ...{ entity: asked.entity, period: asked.period, version: path.version },
    eventIds: [...chosen.values()].map(({ report }) => report.eventId),
  });
  return Map.groupBy(rows, (total) => indexOf(ctx.estate).datasetNamed(total)?.id ?? "");
}

interface Stepping {
  each: Dataset;
  chosen: ReadonlyMap<string, Chosen>;
  totals: ReadonlyMap<string, Total[]>;
  loads: readonly ExtractRow[];
  account: string;
  trace: Trace | null;
  knownAt: string | null;
}

function stepOf(ctx: TraceContext, { each, chosen, totals, loads, account, trace, knownAt }: Stepping): FigureStep {
  const found = chosen.get(each.id);
  const all = totals.get(each.id) ?? [];
  const ofAccount = account === "" ? all : all.filter((total) => total.account === account);
  const coarser = ofAccount.length === 0 && all.length > 0 && all.every((total) => total.account === "");
  const hop = trace?.line?.hops.find(({ dataset }) => dataset === each.id);
  const handedIn = loads.filter(
    ({ dataset, receivedAt }) => dataset === each.id && (knownAt === null || receivedAt <= knownAt),
  );
  const byRun = handedIn.filter(({ runId, state }) => runId === found?.report.runId && state !== "quarantined");
  return {
    dataset: each.id,
    title: each.title,
    systemTitle: indexOf(ctx.estate).systemOf(each.id).title,
    kind: each.kind,
    version: found
      ? {
          eventId: found.report.eventId,
          runId: found.report.runId || null,
          reportedAt: found.report.at,
          receivedAt: found.report.receivedAt,
          snapshotAsOf: hop?.snapshotAsOf ?? null,
          correlationId: found.report.correlationId,
        }
      : null,
    totals: summedTotals(each.id, coarser ? all : ofAccount)[0] ?? null,
    coarser,
    extracts: (byRun.length > 0 ? byRun : latestSide(handedIn)).map((row) => extractRow(ctx, row)),
    ...reasonOf(found),
  };
}

function reasonOf(found: Chosen | undefined): Pick<FigureStep, "because" | "sure"> {
  if (!found) return { because: "It had reported nothing by then.", sure: "possible" };
  if (found.reading === "after") return { because: "The first reading of it after the snapshot.", sure: "likely" };
  if (found.reading === "before") return { because: "The last reading of it before the snapshot.", sure: "likely" };
  if (!found.carries) return { because: "The latest report there was when the next one was made.", sure: "likely" };
  const { correlationId } = found.report;
  return { because: correlationId ? `It carries ${correlationId}.` : "The figure itself.", sure: "certain" };
}
