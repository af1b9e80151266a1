import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import { giveUpLeases, leasesInForce, takeLeases } from "../store/postgres/leases.ts";
import type { Postgres } from "../store/postgres.ts";
import { memberName, membersOf, planLeases } from "./plan-leases.ts";

/** A lease outlives its holder by less than this, in seconds; with the beat, another takes over within twelve. */
const LASTS = 9;
const BEAT = 2_500;
/** A holder that could not renew stops this many milliseconds before another may begin. */
const MARGIN = 1_500;

/** Something one process does at a time. */
export interface Duty {
  name: string;
  /** Duties of a kind are spread over the processes that do that kind. */
  kind: string;
  begin(): unknown;
  end(): unknown;
}

export interface Leases {
  held(name: string): boolean;
  /** Whether another process lives, as of the last beat. */
  alone(): boolean;
  /** Takes what is free, and from then on keeps it; `duties` begin and end as leases come and go. */
  start(duties: readonly Duty[]): Promise<void>;
  /** Ends every duty and lets others begin at once. */
  stop(): Promise<void>;
}

export interface LeaseDeps {
  postgres: Pick<Postgres, "ask">;
  /** This process, by a name no other ever has. */
  holder: string;
  log: Logger;
  metrics: Metrics;
  /** Called when a process that lived at the beat before lives no more. */
  vanished(): void;
}

/** Leases by a table of PostgreSQL, by its clock: a process that dies or is cut off loses its own after nine seconds. */
export function holdLeases({ postgres, holder, log, metrics, vanished }: LeaseDeps): Leases {
  let duties: readonly Duty[] = [];
  const held = new Set<string>();
  let others: string[] = [];
  let sure = 0;
  let timer: NodeJS.Timeout | null = null;
  let watchdog: NodeJS.Timeout | null = null;
  let work: Promise<void> = Promise.resolve();

  const lose = async (duty: Duty) => {
    if (!held.delete(duty.name)) return;
    metrics.leaseHeld.set({ lease: duty.name }, 0);
    log.info({ lease: duty.name }, "this process does this no longer");
    await end(duty);
  };
  const end = async (duty: Duty) => {
    try {
      await duty.end();
    } catch (error) {
      log.error({ err: error, lease: duty.name }, "what this process did could not be ended in good order");
    }
  };
  const gain = async (duty: Duty) => {
    if (held.has(duty.name)) return;
    held.add(duty.name);
    metrics.leaseHeld.set({ lease: duty.name }, 1);
    log.info({ lease: duty.name }, "this process does this from now on");
    try {
      await duty.begin();
    } catch (error) {
      // The lease is kept, and the next beat begins once more.
      log.error({ err: error, lease: duty.name }, "what this process does from now on could not be begun");
      await lose(duty);
      return;
    }
    // The lease may have run out while it began.
    if (!held.has(duty.name)) await end(duty);
  };
  const beat = async () => {
    const asked = performance.now();
    const rows = await postgres.ask(leasesInForce, {});
    const kinds = [...new Set(duties.map(({ kind }) => kind))];
    const plans = kinds.map((kind) => {
      const names = duties.filter((duty) => duty.kind === kind).map(({ name }) => name);
      return planLeases(rows, holder, kind, names);
    });
    const members = [memberName("process", holder), ...kinds.map((kind) => memberName(kind, holder))];
    for (const duty of duties) if (plans.some(({ giveUp }) => giveUp.includes(duty.name))) await lose(duty);
    const giveUp = plans.flatMap((plan) => plan.giveUp);
    if (giveUp.length > 0) await postgres.ask(giveUpLeases, { names: giveUp, holder });
    const names = [...members, ...plans.flatMap(({ take }) => take)];
    const taken = new Set((await postgres.ask(takeLeases, { names, holder, seconds: LASTS })).map(({ name }) => name));
    sure = asked + LASTS * 1000 - MARGIN;
    for (const duty of duties) await (taken.has(duty.name) ? gain(duty) : lose(duty));
    const now = membersOf(rows).filter((member) => member !== holder);
    if (others.some((member) => !now.includes(member))) vanished();
    others = now;
  };
  const loop = () => {
    work = work.then(beat).catch((error: unknown) => log.error({ err: error }, "leases could not be renewed"));
    return work;
  };
  /** Stands apart from the beat, which may hang on an engine that does not answer. */
  const watch = () => {
    if (performance.now() < sure || held.size === 0) return;
    for (const duty of duties) void lose(duty);
  };
  return {
    held: (name) => held.has(name),
    alone: () => others.length === 0,
    async start(given) {
      duties = given;
      for (const { name } of duties) metrics.leaseHeld.set({ lease: name }, 0);
      await beat();
      timer = setInterval(() => void loop(), BEAT);
      watchdog = setInterval(watch, 250);
      for (const each of [timer, watchdog]) each.unref();
    },
    async stop() {
      if (timer) clearInterval(timer);
      if (watchdog) clearInterval(watchdog);
      await work;
      const names = [...held, memberName("process", holder), ...duties.map(({ kind }) => memberName(kind, holder))];
      await Promise.all(duties.map(lose));
      await postgres.ask(giveUpLeases, { names, holder }).catch(() => {});
    },
  };
}

/** One process alone does everything, and asks nobody. */
export function holdEverything(metrics: Metrics): Leases {
  let duties: readonly Duty[] = [];
  return {
    held: () => true,
    alone: () => true,
    async start(given) {
      duties = given;
      for (const duty of duties) {
        metrics.leaseHeld.set({ lease: duty.name }, 1);
        await duty.begin();
      }
    },
    async stop() {
      await Promise.all(duties.map((duty) => duty.end()));
    },
  };
}
