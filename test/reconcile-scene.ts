import type { Estate } from "../schemas/estate/estate.ts";
import type { Run, Total } from "../schemas/run.ts";
import { indexOf } from "../server/checks/estate-index.ts";
import { momentOf } from "../server/checks/moment.ts";
import { foundBreaks, type FoundBreak } from "../server/reconcile/found-breaks.ts";
import { judgeRule, type JudgedRule, type LineInput } from "../server/reconcile/tie-line.ts";
import { knownFacts } from "./known-facts.ts";

export type Measures = Partial<Record<Total["measure"], string>>;
/** A dataset's figures by account. */
export type Book = Record<string, Measures>;

export const SNAPSHOT_AT = "2026-11-02T09:00:00.000Z";
const NOW = "2026-11-05T09:00:00.000Z";

/** One rule of an estate over books written by hand: judged at account grain for DE01 and October 2026. */
export function reconcileScene(estate: Estate, now = NOW) {
  const facts = knownFacts(estate, "2026-10");
  const index = indexOf(estate);
  const books = new Map<string, Total[]>();
  const key = (name: string, version: string) => `${name}\n${version}`;
  facts.totals = ({ name }, entity, period, version) =>
    entity === "DE01" && period === "2026-10" ? (books.get(key(name, version)) ?? []) : [];
  const input = (rule: string): LineInput => ({
    ...{ index, facts, period: "2026-10", endsOn: "2026-10-31", postingCutOff: "2026-11-03T11:00:00.000Z" },
    reconciliation: index.reconciliation(rule),
    flow: index.flow(index.reconciliation(rule).flow),
    entity: index.entity("DE01"),
    workDaysAfter: (at, days) => new Date(Date.parse(at) + (days + 1) * 86_400_000).toISOString(),
  });
  return {
    facts,
    input,
    /** What a dataset holds, and the run that brought it. */
    holds(dataset: string, book: Book, more: { run?: Partial<Run>; version?: string; currency?: string } = {}): void {
      const { version = "actual", currency = "EUR" } = more;
      const run = facts.ran(dataset, { endedAt: SNAPSHOT_AT, ...more.run, entity: "DE01", startedAt: SNAPSHOT_AT });
      facts.holds(dataset, "DE01", SNAPSHOT_AT, null, run);
      const name = index.name(dataset);
      const place = { ...name, entity: "DE01", ledger: "0L", period: "2026-10", version, currency };
      const totals = Object.entries(book).flatMap(([account, amounts]) =>
        Object.entries(amounts).map(([measure, value]): Total => ({
          ...{ ...place, account, measure: measure as Total["measure"], value },
          ...{ asOf: SNAPSHOT_AT, runId: run.runId, correlationId: run.correlationId },
        })),
      );
      books.set(key(name.name, version), totals);
    },
    judge: (rule = "tie-out"): JudgedRule => judgeRule(input(rule), momentOf(new Date(now))),
    breaks: (rule = "tie-out"): FoundBreak[] =>
      foundBreaks(input(rule), judgeRule(input(rule), momentOf(new Date(now)))),
  };
}
