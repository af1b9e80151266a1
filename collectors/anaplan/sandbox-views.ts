import type { SimRun, World } from "../sandbox.ts";
import type { AnaplanSettings } from "./settings.ts";

interface View {
  pages: { id: string; name: string; items(): string[] }[];
  rows: { id: string; name: string }[];
  /** One row for each tuple of dimension members; `page` gives the item each page is turned to. */
  data(page: (dimension: string) => string): { rowCoordinates: string[]; cells: string[] }[];
  lineItems: string[];
}

/** The model's saved views: the load log, and what each module adds up to. */
export function viewsOf(world: World, system: string, settings: AnaplanSettings): Map<string, View> {
  const views = new Map<string, View>();
  const jobs = world.jobs(system).filter(({ entity }) => entity !== null);
  const { loadLog: log, totals: names } = settings;
  if (log) {
    const lineItems = [log.batch, log.period, log.snapshotAsOf, log.receivedAt];
    const process = { id: "101000000001", name: log.process };
    views.set(log.latestView, {
      lineItems,
      pages: [],
      rows: [process],
      data: () => {
        const latest = new Map(world.runs(system).map((run) => [run.job, run]));
        return jobs.flatMap(({ job }) => {
          const run = latest.get(job);
          return run ? [{ rowCoordinates: [job], cells: logCells(run) }] : [];
        });
      },
    });
    views.set(log.linesView, {
      lineItems,
      pages: [{ ...process, items: () => jobs.map(({ job }) => job) }],
      rows: [{ id: "101000000002", name: "Line" }],
      data: (page) =>
        world
          .runs(system)
          .filter(({ job }) => job === page(log.process))
          .map((run, index) => ({ rowCoordinates: [`#${index + 1}`], cells: logCells(run) })),
    });
  }
  const lineItems = ["count", "debit", "credit", "net", "currency", "batch", "snapshotAsOf"] as const;
  for (const load of settings.loads) {
    if (!load.totalsView) continue;
    const [before = ""] = load.process.split("{entity}");
    const dataset = jobs.find(({ job }) => job.startsWith(before))?.dataset ?? "";
    views.set(load.totalsView, {
      lineItems: lineItems.map((lineItem) => names[lineItem]),
      pages: [
        { id: "101000000003", name: names.entity, items: () => world.entities.map(({ id }) => id) },
        { id: "101000000004", name: names.period, items: () => world.periods().map(({ period }) => period) },
      ],
      rows: [{ id: "101000000005", name: names.account }],
      data: (page) => totalRows(world, dataset, page(names.entity), page(names.period)),
    });
  }
  return views;
}

function logCells(run: SimRun): string[] {
  const snapshot = run.snapshotAsOf === null ? "" : new Date(run.snapshotAsOf).toISOString();
  return [run.correlationId ?? "", run.period, snapshot, new Date(run.queuedAt).toISOString()];
}

function totalRows(world: World, dataset: string, entity: string, period: string) {
  const totals = world.totals(dataset, entity, period);
  if (!totals) return [];
  const { currency, correlationId, snapshotAsOf } = totals;
  const snapshot = snapshotAsOf === null ? "" : new Date(snapshotAsOf).toISOString();
  return totals.accounts.map(({ account, count, debit, credit, net }) => ({
    rowCoordinates: [account],
    cells: [String(count), debit, credit, net, currency, correlationId ?? "", snapshot],
  }));
}
