import Big from "big.js";
import type { ControlTotal, Position } from "../../schemas/event/facets.ts";
import type { PowerbiClient } from "./client.ts";
import type { Model, TotalsNames } from "./settings.ts";

/** What a model holds now: the batch and snapshot of each entity and period, and what they add up to. */
export interface Contents {
  positions: Position[];
  totals: ControlTotal[];
}
type Row = Record<string, unknown>;

/** How often the model is asked while refreshes keep landing in between. */
const TRIES = 3;

/**
 * What the model holds at one moment: its log is asked for before and after the sums, since a refresh may land in between
 * and the snapshot of one would stand beside the sums of the other. Null where that happened every time.
 */
export async function readContents(client: PowerbiClient, model: Model, names: TotalsNames): Promise<Contents | null> {
  let log = await client.query(model, logQuery(names));
  for (let time = 0; time < TRIES; time++) {
    const sums = await client.query(model, totalsQuery(names));
    const after = await client.query(model, logQuery(names));
    if (sameRows(log, after)) return contentsOf(model, names, log, sums);
    log = after;
  }
  return null;
}

/** In whatever order a model answers them. */
function sameRows(one: readonly Row[], other: readonly Row[]): boolean {
  const told = (rows: readonly Row[]) =>
    rows
      .map((row) => JSON.stringify(row))
      .toSorted()
      .join();
  return told(one) === told(other);
}

export function logQuery(names: TotalsNames): string {
  const columns = [names.entity, names.period, names.batch, names.snapshotAsOf];
  return `EVALUATE SELECTCOLUMNS(${table(names.log)}, ${columns.map((name) => `"${name}", ${column(names.log, name)}`).join(", ")})`;
}

export function totalsQuery(names: TotalsNames): string {
  const grain = [names.entity, names.period, names.currency].map((name) => column(names.facts, name));
  const sums = [
    `"Count", COUNTROWS(${table(names.facts)})`,
    `"Debit", SUM(${column(names.facts, names.debit)})`,
    `"Credit", SUM(${column(names.facts, names.credit)})`,
  ];
  return `EVALUATE SUMMARIZECOLUMNS(${[...grain, ...sums].join(", ")})`;
}

/** The newest periods of what a model answered; rows without entity or period are nobody's and left out. */
export function contentsOf(model: Model, names: TotalsNames, log: readonly Row[], sums: readonly Row[]): Contents {
  const keyed = log.flatMap((row) => {
    const [entity, period] = [textOf(row[names.entity]), textOf(row[names.period])];
    return entity && /^\d{4}-\d{2}$/.test(period) ? [{ entity, period, row }] : [];
  });
  const periods = new Set([...new Set(keyed.map(({ period }) => period))].sort().slice(-model.latestPeriods));
  const reported = keyed
    .filter(({ period }) => periods.has(period))
    .sort((a, b) => a.period.localeCompare(b.period) || a.entity.localeCompare(b.entity));
  const { ledger, version } = model;
  return {
    positions: reported.map(({ entity, period, row }) => {
      const snapshotAsOf = instantOf(row[names.snapshotAsOf]);
      return { entity, ledger, period, version, ...(snapshotAsOf && { completeThrough: snapshotAsOf, snapshotAsOf }) };
    }),
    totals: reported.flatMap(({ entity, period, row }) => {
      const batch = textOf(row[names.batch]);
      const sum = sums.find((each) => each[names.entity] === entity && each[names.period] === period);
      return sum ? measures({ period, entity, ledger, version }, sum, names, batch) : [];
    }),
  };
}

function measures(
  at: Pick<ControlTotal, "period" | "entity" | "ledger" | "version">,
  sum: Row,
  names: TotalsNames,
  batch: string,
): ControlTotal[] {
  const [count, debit, credit] = [sum.Count, sum.Debit, sum.Credit].map(decimalOf);
  if (!count || !debit || !credit) return [];
  const values = { count, debit, credit, net: debit.minus(credit) };
  return (["count", "debit", "credit", "net"] as const).map((measure) => ({
    ...at,
    account: "",
    currency: textOf(sum[names.currency]),
    measure,
    value: values[measure].toFixed(),
    ...(batch && { correlationId: batch }),
  }));
}

function decimalOf(value: unknown): Big | null {
  // An empty sum is blank in DAX.
  if (value === null) return new Big(0);
  try {
    return new Big(textOf(value)).round(12);
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Power BI writes times of a model without a zone, in UTC. */
function instantOf(value: unknown): string | null {
  const text = textOf(value);
  const time = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function table(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}

function column(of: string, name: string): string {
  return `${table(of)}[${name.replaceAll("]", "]]")}]`;
}
