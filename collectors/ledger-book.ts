import { Big } from "big.js";
import { createHash } from "node:crypto";
import * as z from "zod";
import type { ControlTotal, PeriodStatus } from "../schemas/event/facets.ts";
import type { DatasetEvent } from "../schemas/event/open-lineage.ts";
import { signedDatasetEvent } from "./signed-event.ts";

/** What a ledger holds at one grain. Amounts are decimal text; what a vendor does not tell apart is left out. */
export interface LedgerLine {
  entity: string;
  /** `2026-10`. */
  period: string;
  account: string;
  currency: string;
  count?: string | number | undefined;
  debit?: string | undefined;
  credit?: string | undefined;
  /** Debit − credit where it is left out. */
  net?: string | undefined;
}

/** Whether a period takes postings, in our word and the vendor's. */
export interface PeriodStanding {
  entity: string;
  period: string;
  status: PeriodStatus;
  native: string;
}

export interface LedgerReading {
  producer: string;
  dataset: { namespace: string; name: string };
  ledger: string;
  version: string;
  /** Everything asked for; what has no line holds nothing. */
  entities: readonly string[];
  periods: readonly string[];
  lines: readonly LedgerLine[];
  /** Left out where the vendor is not asked for it. */
  standings?: readonly PeriodStanding[] | undefined;
  /** Everything posted up to here is in the lines, ISO 8601. */
  at: string;
}

/** When a ledger was last read, with a digest of what it held by `entity/period`. */
export const LedgerMark = z.object({
  at: z.string(),
  digests: z.record(z.string(), z.string()),
  standings: z.string().optional(),
});
export type LedgerMark = z.infer<typeof LedgerMark>;

/** Periods `2026-10` that are open at an instant: its own month and those before it. Fiscal years are calendar years. */
export function openPeriods(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count + 1 + back, 1)).toISOString().slice(0, 7),
  );
}

/** The instant a ledger is due to be read as of, or null when it was read since. */
export function ledgerDue(now: Date, everyMinutes: number, before: LedgerMark | null): string | null {
  const every = everyMinutes * 60_000;
  const at = new Date(Math.floor(now.getTime() / every) * every).toISOString();
  return before && at <= before.at ? null : at;
}

/**
 * What the ledger holds, as dataset events: one for each entity and period whose totals changed since they were last
 * told, and one that moves the watermark of all others; before them, whether periods take postings, where that changed.
 * Lines of one account and currency are summed up.
 */
export function ledgerEvents(
  reading: LedgerReading,
  before: LedgerMark | null,
): { events: DatasetEvent[]; mark: LedgerMark } {
  const { producer, dataset, at } = reading;
  const grouped = Map.groupBy(reading.lines, ({ entity, period }) => `${entity}/${period}`);
  const digests: Record<string, string> = {};
  const events: DatasetEvent[] = [];
  const unchanged: object[] = [];
  for (const period of reading.periods) {
    for (const entity of reading.entities) {
      const key = `${entity}/${period}`;
      const place = { entity, ledger: reading.ledger, period, version: reading.version };
      const position = { ...place, completeThrough: at, snapshotAsOf: at };
      const totals: ControlTotal[] = summed(grouped.get(key) ?? []).map((measured) => ({ ...place, ...measured }));
      const digest = digestOf(totals);
      digests[key] = digest;
      if (digest === before?.digests[key]) {
        unchanged.push(position);
        continue;
      }
      const facets = { tieout_position: { positions: [position] }, tieout_controlTotals: { asOf: at, totals } };
      events.push(signedDatasetEvent(producer, at, { ...dataset, facets }));
    }
  }
  if (unchanged.length > 0) {
    const facets = { tieout_position: { positions: unchanged } };
    events.push(signedDatasetEvent(producer, at, { ...dataset, facets }));
  }
  const standings = reading.standings?.map((standing) => ({ ...standing, ledger: reading.ledger })) ?? [];
  const told = standings.length > 0 ? digestOf(standings) : undefined;
  if (told && told !== before?.standings) {
    const facets = { tieout_periodStatus: { statuses: standings } };
    events.unshift(signedDatasetEvent(producer, at, { ...dataset, facets }));
  }
  return { events, mark: { at, digests, ...(told && { standings: told }) } };
}

function digestOf(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}

function summed(lines: readonly LedgerLine[]) {
  const grouped = Map.groupBy(lines, ({ account, currency }) => JSON.stringify([account, currency]));
  return [...grouped.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, group]) => {
      const [{ account, currency }] = group as [LedgerLine];
      return (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
        const values = group.map((line) => (measure === "net" ? netOf(line) : line[measure]));
        if (values.some((value) => value === undefined)) return [];
        const value = values.reduce<Big>((sum, each) => sum.plus(each!), new Big(0)).toFixed();
        return [{ account, currency, measure, value }];
      });
    });
}

function netOf({ debit, credit, net }: LedgerLine): string | undefined {
  if (net !== undefined || debit === undefined || credit === undefined) return net;
  return new Big(debit).minus(credit).toFixed();
}
