import type { ControlTotal, RunException } from "../schemas/event/facets.ts";
import type { DatasetEvent } from "../schemas/event/open-lineage.ts";
import { VendorError, type Tools } from "./collector.ts";
import { holdingEvents, type Holding } from "./holdings.ts";
import type { SeenRun } from "./seen-run.ts";

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
  log: Tools["log"];
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
    /** A run with the figures it left, unless another filled its place since; a plan that refuses them hides no run. */
    async withFigures(run: SeenRun, filled: Filled<Job> | null): Promise<SeenRun> {
      if (!filled || !plan.latest.includes(filled)) return run;
      try {
        const holding = await holdingOf(filled);
        left.push(holding);
        return { ...run, totals: holding.totals };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const unread: RunException = { code: "contract-drift", class: "technical", message: error.message };
        return {
          ...run,
          state: run.state === "complete" ? "warning" : run.state,
          exceptions: [...run.exceptions, unread],
        };
      }
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
      try {
        for (const filled of plan.latest.filter(({ period }) => periods.includes(period))) {
          holdings.push(await holdingOf(filled));
        }
      } catch (error) {
        if (!isRefusal(error)) throw error;
        plan.log.warn({ reason: error.message }, "figures of the plan could not be read");
      }
      const changed = holdingEvents(source, holdings, told);
      return { events: changed.events, mark: { at, told: changed.told } };
    },
  };
}

/** Whether asking again will be refused again; what may pass is left to the next poll. */
function isRefusal(error: unknown): error is VendorError {
  return error instanceof VendorError && !error.recoverable && error.code !== "unauthorized";
}

/** The last to fill each place of those given, in order of time. */
export function lastToFill<Job extends { name: string }>(filled: readonly (Filled<Job> | null)[]): Filled<Job>[] {
  const latest = new Map<string, Filled<Job>>();
  for (const each of filled) if (each) latest.set([each.job.name, each.entity, each.period].join("/"), each);
  return [...latest.values()];
}
