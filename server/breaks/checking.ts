import { setImmediate } from "node:timers/promises";
import type { CheckResult } from "../../schemas/wire/reconcile-matrix.ts";
import type { Context } from "../context.ts";
import { latestChecks } from "../store/clickhouse/check-results.ts";
import { presentKeys } from "../store/postgres/breaks-lists.ts";
import { checkLine } from "./check-line.ts";
import type { Checked } from "./check-rule.ts";
import { checkKey, dueChecks, untouchedPeriods, type CheckScope, type Footing } from "./due-checks.ts";
import { recordBreaks } from "./record-breaks.ts";

export type Trigger = CheckResult["trigger"];

/** What was checked last, for those who show it. */
export interface LatestCheck extends Checked {
  resultId: string;
  /** When it was last found to be so. */
  checkedAt: string;
}

export interface Checking {
  /** Takes up what earlier and other processes found. */
  load(): Promise<void>;
  /** Everything is checked, and written where it says something new, at the next run. */
  forget(): void;
  /** One run at a time. */
  run(trigger: Trigger, scope?: CheckScope): Promise<LatestCheck[]>;
  latest(rule: string, entity: string, period: string): LatestCheck | null;
}

/** Checks made in one go before anything else has its turn. */
const BREATH = 200;

interface Done {
  key: string;
  footing: Footing;
  latest: LatestCheck;
  fingerprint: string;
  /** The row to be written; null where it would say the same again. */
  line: string | null;
}

export type CheckingContext = Pick<Context, "clickhouse" | "postgres" | "clock" | "estate" | "facts" | "touch">;

/**
 * Checks rules, stores each result that says something new, and writes breaks on. Of several processes one `judges` and
 * writes; the others check for those who ask them, and write only what is asked for on demand.
 */
export function createChecking(ctx: CheckingContext, judges: () => boolean): Checking {
  const kept = new Map<string, Footing & { latest: LatestCheck; fingerprint: string }>();
  const stored = new Map<string, { id: string; fingerprint: string }>();
  /** Checks with breaks on record, which must be looked up again to be resolved. */
  const broken = new Set<string>();
  let untouched: ReadonlyMap<string, number> = new Map();

  const load = async () => {
    untouched = untouchedPeriods(ctx);
    for (const { rule, entity, period, latest } of await ctx.clickhouse.ask(latestChecks, {})) {
      stored.set(checkKey(rule, entity, period), latest);
    }
    for (const { rule, entity, period } of await ctx.postgres.ask(presentKeys, {})) {
      broken.add(checkKey(rule, entity, period));
    }
    for (const [key, { latest, fingerprint }] of kept) {
      const written = stored.get(key);
      if (written?.fingerprint === fingerprint) latest.resultId = written.id;
    }
  };

  return {
    load,
    forget: () => kept.clear(),
    async run(trigger, scope) {
      const done: Done[] = [];
      for (const { key, checked, footing } of dueChecks(ctx, (each) => kept.get(each), untouched, scope)) {
        const checkedAt = footing.moment.now;
        const { id, line, fingerprint } = checkLine(checked, checkedAt, trigger);
        const written = stored.get(key);
        const same = written?.fingerprint === fingerprint;
        const latest = { ...checked, resultId: same ? written.id : id, checkedAt };
        done.push({ key, footing, latest, fingerprint, line: same ? null : line });
        // Boards are answered in between.
        if (done.length % BREATH === 0) await setImmediate();
      }
      for (const { key, footing, latest, fingerprint } of done) kept.set(key, { ...footing, latest, fingerprint });
      if (!judges() && trigger !== "demand") {
        if (done.length > 0) await load();
        return done.map(({ latest }) => latest);
      }
      const lines = done.flatMap(({ line }) => line ?? []);
      if (lines.length > 0) await ctx.clickhouse.insertLines("check_results", lines.join("\n"));
      let changes = 0;
      for (const { key, latest, fingerprint } of done) {
        stored.set(key, { id: latest.resultId, fingerprint });
        // What a broken rule says is neither a break nor the end of one.
        if (latest.state !== "broken" && (latest.breaks.length > 0 || broken.has(key))) {
          broken.add(key);
          changes += await recordBreaks(ctx, breaksOf(latest));
        }
      }
      if (lines.length > 0) ctx.touch("reconcile");
      if (changes > 0) for (const topic of ["breaks", "close"] as const) ctx.touch(topic);
      return done.map(({ latest }) => latest);
    },
    latest: (rule, entity, period) => kept.get(checkKey(rule, entity, period))?.latest ?? null,
  };
}

function breaksOf({ input, judged, breaks: found, resultId: result, checkedAt: at }: LatestCheck) {
  const { entity, period, reconciliation: rule } = input;
  const decided = judged.hops.flatMap(({ state }, leg) =>
    state === "tied" || state === "off" || state === "carries" ? [judged.judging.legs[leg]!.dataset.id] : [],
  );
  return { rule: rule.id, entity: entity.id, period, at, found, compared: new Set(decided), result };
}
