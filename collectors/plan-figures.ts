import type { ControlTotal } from "../schemas/event/facets.ts";
import type { DatasetEvent } from "../schemas/event/open-lineage.ts";
import { holdingEvents, type Holding } from "./holdings.ts";

/** An entity and period of a plan that a run filled, with the batch it carried. */
export interface Filled<Job> {
  job: Job;
  entity: string;
  period: string;
  batch: string | null;
  /** The instant of the snapshot the figures were taken from. */
  snapshotAsOf: string | null;
}

/** When a plan was last looked at, with digests of what was told of it. */
export interface PlanMark {
  at: string;
  told: Record<string, string>;
}

export interface PlanReading<Job> {
  producer: string;
  namespace: string;
  now: Date;
  /** How often the newest periods are read whether or not something was loaded. */
  everyMinutes: number;
  latestPeriods: number;
  /** The last to fill each place; a plan shows what they left. */
  latest: readonly Filled<Job>[];
  /** What the plan holds for entities in one period, by `entity/period`. */
  figures(job: Job, entities: readonly string[], period: string): Promise<Map<string, ControlTotal[]>>;
}

/**
 * Reads what a plan holds: what each last load left in its place, and, when its time has come, what changed in the newest
 * periods without a load. One question serves all entities of a period.
 */
export function planFigures<Job extends { dataset: string; ledger: string; version: string }>(
  plan: PlanReading<Job>,
  before: PlanMark | null,
) {
  const asked = new Map<Job, Map<string, Promise<Map<string, ControlTotal[]>>>>();
  const left: Holding[] = [];

  async function holdingOf({ job, entity, period, batch, snapshotAsOf }: Filled<Job>): Promise<Holding> {
    const byPeriod = asked.get(job) ?? new Map<string, Promise<Map<string, ControlTotal[]>>>();
    asked.set(job, byPeriod);
    const alike = plan.latest.filter((filled) => filled.job === job && filled.period === period);
    const entities = [...new Set(alike.map((filled) => filled.entity))].sort();
    const figures = byPeriod.get(period) ?? plan.figures(job, entities, period);
    byPeriod.set(period, figures);
    const totals = ((await figures).get(`${entity}/${period}`) ?? []).map((total) => ({
      ...total,
      ...(batch && { correlationId: batch }),
    }));
    const reached = snapshotAsOf ? { completeThrough: snapshotAsOf, snapshotAsOf } : {};
    const position = { entity, ledger: job.ledger, period, version: job.version, ...reached };
    return { dataset: job.dataset, position, totals };
  }

  return {
    /** Figures a run left, or none where another filled its place since. */
    async leftBy(filled: Filled<Job> | null): Promise<readonly ControlTotal[]> {
      if (!filled || !plan.latest.includes(filled)) return [];
      const holding = await holdingOf(filled);
      left.push(holding);
      return holding.totals;
    },
    /** Events for what changed in the newest periods since it was told, and where reading stands then. */
    async standing(): Promise<{ events: DatasetEvent[]; mark: PlanMark }> {
      const every = plan.everyMinutes * 60_000;
      const at = new Date(Math.floor(plan.now.getTime() / every) * every).toISOString();
      const source = { producer: plan.producer, namespace: plan.namespace, at };
      const { told } = holdingEvents(source, left, before?.told ?? {});
      if (before && at <= before.at) return { events: [], mark: { at: before.at, told } };
      const periods = [...new Set(plan.latest.map(({ period }) => period))].sort().slice(-plan.latestPeriods);
      const holdings: Holding[] = [];
      for (const filled of plan.latest.filter(({ period }) => periods.includes(period))) {
        holdings.push(await holdingOf(filled));
      }
      const changed = holdingEvents(source, holdings, told);
      return { events: changed.events, mark: { at, told: changed.told } };
    },
  };
}

/** The last to fill each place of those given, in order of time. */
export function lastToFill<Job extends { name: string }>(filled: readonly (Filled<Job> | null)[]): Filled<Job>[] {
  const latest = new Map<string, Filled<Job>>();
  for (const each of filled) if (each) latest.set([each.job.name, each.entity, each.period].join("/"), each);
  return [...latest.values()];
}
