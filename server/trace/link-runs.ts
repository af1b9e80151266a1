import type { LinkedBy, Sure } from "../../schemas/wire/trace.ts";
import { evidenceBetween, feeds, leastSure, surer, type Evidence } from "./evidence.ts";
import { endOf, startOf, type TracedRun } from "./traced-run.ts";

/** That one run fed another, by the surest of what says so. */
export interface RunLink extends Evidence {
  from: string;
  to: string;
  /** What else says so. */
  also: LinkedBy[];
  /** Seconds from the end of one to the start of the other; negative where they overlap. */
  waitSeconds: number;
}

/** A load that began longer than this after another ended is not taken to have followed it, in milliseconds. */
const WINDOW = 36 * 3_600_000;

/**
 * Every link between the runs of one batch. Where nothing but time speaks for a run, it is tied to the delivery it most
 * likely took: likely when only one lies in its window, possible when several do, and one step surer when the figures
 * of both are the same.
 */
export function linkRuns(runs: readonly TracedRun[], correlationId: string | null): RunLink[] {
  const inTime = runs.toSorted((one, other) => compare(startOf(one), startOf(other)) || compare(one.key, other.key));
  return inTime.flatMap((down) => {
    const links = inTime.flatMap((up) => {
      const [best, ...rest] = up === down ? [] : evidenceBetween(up, down, correlationId);
      return best ? [link(up, down, best, rest)] : [];
    });
    const fed = latestOnly(links, inTime, down);
    return isFed(fed, inTime, down) ? fed : [...fed, ...windowLinks(inTime, down)];
  });
}

/** What both sides merely share, several runs of one job may: the last that delivered before is the one that was taken. */
const NAMED = new Set<LinkedBy>(["job-dependency", "parent-run", "causation"]);

function latestOnly(links: readonly RunLink[], runs: readonly TracedRun[], down: TracedRun): RunLink[] {
  const byKey = new Map(runs.map((run) => [run.key, run]));
  const jobOf = ({ from }: RunLink) => byKey.get(from)!.run.jobNamespace + byKey.get(from)!.run.jobName;
  const named = links.filter(({ by }) => NAMED.has(by));
  const others = Map.groupBy(
    links.filter(({ by }) => !NAMED.has(by)),
    jobOf,
  );
  const taken = [...others].flatMap(([job, same]) => {
    if (named.some((each) => jobOf(each) === job)) return [];
    const before = same.filter(({ from }) => {
      const { run } = byKey.get(from)!;
      return run.state === "COMPLETED" && endOf(byKey.get(from)!) <= startOf(down);
    });
    return (before.length > 0 ? before : same).slice(-1);
  });
  return [...named, ...taken];
}

/** Whether anything yet says where its figures came from. */
function isFed(links: readonly RunLink[], runs: readonly TracedRun[], down: TracedRun): boolean {
  return links.some(({ from }) => runs.some((up) => up.key === from && feeds(up, down)));
}

function windowLinks(inTime: readonly TracedRun[], down: TracedRun): RunLink[] {
  const begun = startOf(down);
  const since = new Date(Date.parse(begun) - WINDOW).toISOString();
  const delivered = inTime.filter(
    (up) => up !== down && up.run.state === "COMPLETED" && feeds(up, down) && endOf(up) <= begun && endOf(up) >= since,
  );
  const taken = delivered.toSorted((one, other) => compare(endOf(other), endOf(one)))[0];
  if (!taken) return [];
  const what = delivered.length === 1 ? "the only delivery before it" : `the latest of ${delivered.length} deliveries`;
  const alone: Sure = delivered.length === 1 ? "likely" : "possible";
  const window: Evidence = { by: "load-window", sure: alone, what };
  if (!sameFigures(taken, down)) return [link(taken, down, window, [])];
  return [link(taken, down, { ...window, sure: "likely" }, [{ by: "same-totals", sure: "likely", what: "" }])];
}

/** Whether both report the same count, debit, credit and net of an entity and period, whatever the grain. */
function sameFigures(up: TracedRun, down: TracedRun): boolean {
  const sums = (run: TracedRun) => {
    const byMeasure = new Map<string, bigint>();
    for (const { entity, period, currency, measure, value } of run.totals) {
      const key = [entity, period, currency, measure].join("\n");
      byMeasure.set(key, (byMeasure.get(key) ?? 0n) + scaled(value));
    }
    return byMeasure;
  };
  const [one, other] = [sums(up), sums(down)];
  const both = [...one].filter(([key]) => other.has(key));
  return both.length > 1 && both.every(([key, value]) => other.get(key) === value);
}

/** A decimal text as a whole number of 10⁻¹². */
function scaled(value: string): bigint {
  const [whole = "0", fraction = ""] = value.replace("-", "").split(".");
  const size = BigInt(whole + fraction.padEnd(12, "0").slice(0, 12));
  return value.startsWith("-") ? -size : size;
}

function link(up: TracedRun, down: TracedRun, best: Evidence, rest: readonly Evidence[]): RunLink {
  return {
    ...best,
    from: up.key,
    to: down.key,
    also: [...new Set(rest.map(({ by }) => by))].filter((by) => by !== best.by),
    waitSeconds: (Date.parse(startOf(down)) - Date.parse(endOf(up))) / 1000,
  };
}

/**
 * How sure it is that each run belongs: what carries the ID, or was asked for, is certain; all others are as sure as the
 * best chain of links that leads to them. A run nothing leads to is left out.
 */
export function sureness(
  runs: readonly TracedRun[],
  links: readonly RunLink[],
  asked: ReadonlySet<string>,
): Map<string, Sure> {
  const sure = new Map<string, Sure>();
  for (const { key, hows } of runs) if (hows.length > 0 || asked.has(key)) sure.set(key, "certain");
  for (let grew = true; grew;) {
    grew = false;
    for (const { from, to, sure: of } of links) {
      for (const [known, other] of [
        [from, to],
        [to, from],
      ] as const) {
        const base = sure.get(known);
        if (!base) continue;
        const reached = leastSure(base, of);
        const before = sure.get(other);
        if (before && surer(before, reached) >= 0) continue;
        sure.set(other, reached);
        grew = true;
      }
    }
  }
  return sure;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
