import pino from "pino";
import { VendorError, type TriggerInput, type Triggered } from "../collectors/collector.ts";
import { runIdOf } from "../collectors/run-id.ts";
import { Estate } from "../schemas/estate/estate.ts";
import type { Run } from "../schemas/run.ts";
import type { Actor, Context } from "../server/context.ts";
import { ROLE_SCOPES } from "../server/people/permissions.ts";
import { createFollowing } from "../server/requests/follow-runs.ts";
import type { Postgres } from "../server/store/postgres.ts";
import { openTasks, type Tasks } from "../server/tasks/boss.ts";
import { TASKS } from "../server/tasks/index.ts";
import { declaredLineage } from "./declared-lineage.ts";
import { PLANNING_ESTATE } from "./planning-estate.ts";

/** One line of a vendor's ledger: what a run posted. */
export interface LedgerLine {
  idempotencyKey: string;
  job: string;
}

/** What befalls a call: cut off before the vendor heard it, after it has begun, or turned away. */
export type Mishap = "before" | "after" | "busy" | null;

export interface LedgerVendor {
  ledger: LedgerLine[];
  cancelled: string[];
  trigger(input: TriggerInput): Promise<Triggered>;
  cancel(key: string): Promise<void>;
  /** Says yes to a cancellation and runs on. */
  stubborn(is: boolean): void;
  /** Runs as they stand; a run ends by itself after its time. */
  runs(): Run[];
}

/**
 * A vendor that keeps a ledger and honours idempotency keys: a key posts once however often it comes. `mishap` says what
 * befalls each call; `failing` whether a job's run fails; `denying` whether it takes a call on and then will not have it.
 */
export function ledgerVendor(given: {
  callMilliseconds: number;
  runMilliseconds: number;
  mishap?: () => Mishap;
  failing?: (job: string) => boolean;
  denying?: (job: string) => boolean;
  changed?: (run: Run) => void;
}): LedgerVendor {
  const {
    callMilliseconds,
    runMilliseconds,
    mishap = () => null,
    failing = () => false,
    denying = () => false,
    changed = () => {},
  } = given;
  const byKey = new Map<string, Run>();
  const ledger: LedgerLine[] = [];
  const cancelled: string[] = [];
  const tell = (run: Run, over: Partial<Run>) => {
    Object.assign(run, over, { lastEventAt: new Date().toISOString() });
    changed(run);
  };
  let deaf = false;
  return {
    ...{ ledger, cancelled, runs: () => [...byKey.values()] },
    stubborn: (is) => void (deaf = is),
    async trigger({ job, parameters, idempotencyKey }) {
      await new Promise((wait) => setTimeout(wait, callMilliseconds));
      const hit = mishap();
      if (hit === "before") throw new VendorError("unreachable", "connection refused");
      if (hit === "busy") throw new VendorError("rate-limited", "too many calls", { retryAfterSeconds: 0.1 });
      const before = byKey.get(idempotencyKey);
      const run = before ?? ledgerRun(job, parameters, idempotencyKey);
      if (!before) {
        byKey.set(idempotencyKey, run);
        if (!denying(job)) ledger.push({ idempotencyKey, job });
        const end = denying(job)
          ? ({ state: "ABORTED", error: "This user may not start it." } as const)
          : failing(job)
            ? ({ state: "FAILED", error: "The period is shut." } as const)
            : { state: "COMPLETED" as const };
        setTimeout(() => {
          if (run.state === "RUNNING") tell(run, { ...end, endedAt: new Date().toISOString() });
        }, runMilliseconds);
        changed(run);
      }
      if (hit === "after") throw new VendorError("unreachable", "connection reset");
      return { vendorRunKey: idempotencyKey, runId: run.runId, jobName: job, adopted: before !== undefined };
    },
    async cancel(key) {
      cancelled.push(key);
      const run = byKey.get(key);
      if (run?.state === "RUNNING" && !deaf) tell(run, { state: "ABORTED", endedAt: new Date().toISOString() });
    },
  };
}

function ledgerRun(job: string, parameters: Record<string, string>, key: string): Run {
  const at = new Date().toISOString();
  const entity = job.split(" ").at(-1) ?? null;
  return {
    ...{ runId: runIdOf("plan://small", key), jobNamespace: "plan://small", jobName: job, state: "RUNNING" },
    ...{ qualifier: null, vendorStatus: null, startedAt: at, endedAt: null, lastEventAt: at, attempt: 1 },
    ...{
      correlationId: null,
      causationId: null,
      parentRunId: null,
      rowsRead: null,
      rowsWritten: 1,
      rowsRejected: null,
    },
    ...{ progress: null, error: null, exceptions: [] },
    targets: [
      {
        namespace: "plan://small",
        name: job.startsWith("Load") ? "Actuals" : "Shown",
        entity,
        period: parameters.period ?? null,
      },
    ],
  };
}

/** The planning estate over many entities whose second hop is driven as well, at a pace of its own. */
export function sceneEstate(
  entities: number,
  drive = { perMinute: 60_000, concurrency: 8 },
  over: object = {},
): Estate {
  const base = structuredClone(PLANNING_ESTATE) as Estate;
  const [flow] = base.flows;
  const [first, second] = flow!.hops;
  const ids = Array.from({ length: entities }, (_, at) => `E${String(at + 1).padStart(4, "0")}`);
  return Estate.parse({
    ...base,
    entities: ids.map((id) => ({ id, name: id, country: "DE", currency: "EUR", zone: "Europe/Berlin" })),
    systems: base.systems.map((system) => (system.id === "plan" ? { ...system, drive } : system)),
    approvals: [{ id: "freely", approvals: "none" }],
    flows: [
      {
        ...flow,
        entities: "all",
        hops: [
          first,
          { ...second, job: "Post {entity}", rerun: { job: "Post {entity}", parameters: { period: "{period}" } } },
        ],
      },
    ],
    ...over,
  });
}

/** A completed run of every hop of every entity: what a replay can be asked for. */
export function priorRuns({ entities }: Estate): Run[] {
  return entities.flatMap(({ id }) =>
    [`Load Actuals ${id}`, `Post ${id}`].map((job) => ({
      ...ledgerRun(job, { period: "2026-10" }, `prior ${job}`),
      ...{ state: "COMPLETED" as const, startedAt: "2026-11-01T06:00:00.000Z", endedAt: "2026-11-01T06:01:00.000Z" },
    })),
  );
}

const PERSON = { kind: "person" as const, entities: "all" as const };
export const ENGINEER: Actor = {
  ...PERSON,
  id: "p-eng",
  name: "Priya Raman",
  role: "engineer",
  scopes: ROLE_SCOPES.engineer,
};

export interface RequestTower {
  ctx: Context;
  /** Runs as they become known, as a collector would bring them. */
  hear(run: Run): void;
  stop(): Promise<void>;
}

/**
 * Requests, their queue and their following over a store and a vendor, as the server joins them; one that does not
 * `work` leaves what is asked for to others.
 */
export async function openRequestTower(
  postgres: Postgres,
  estate: Estate,
  vendor: Pick<LedgerVendor, "trigger" | "cancel">,
  over: Partial<Context> = {},
  { work } = { work: true },
): Promise<RequestTower> {
  const runs = new Map<string, Run>();
  const into = new Map<string, Map<string, Run>>();
  const none = { watermark: () => null, totals: () => [], periodStatuses: () => [], periods: () => ["2026-10"] };
  const tasks: { opened?: Tasks } = {};
  const ctx = {
    ...{ postgres, estate, log: pino({ level: "silent" }), clock: { now: () => new Date() } },
    lineage: declaredLineage(estate),
    drivers: new Map([["plan", vendor]]),
    facts: {
      ...none,
      run: (id: string) => runs.get(id) ?? null,
      runsInto: ({ name }: { name: string }, entity: string) => [...(into.get(`${name} ${entity}`)?.values() ?? [])],
    },
    again: { check: async () => {} },
    accept: async () => {},
    touch: () => {},
    enqueue: (...task: Parameters<Context["enqueue"]>) => tasks.opened!.enqueue(...task),
    ...over,
  } as unknown as Context;
  tasks.opened = await openTasks(ctx, TASKS);
  if (work) await tasks.opened.work();
  const follow = createFollowing(ctx);
  return {
    ctx,
    hear(run) {
      const known = { ...run };
      runs.set(run.runId, known);
      for (const { name, entity } of run.targets) {
        const own = into.get(`${name} ${entity}`) ?? new Map<string, Run>();
        into.set(`${name} ${entity}`, own.set(run.runId, known));
      }
      follow([run.runId]);
    },
    stop: () => tasks.opened!.stop(),
  };
}
