import Big from "big.js";
import type { World } from "../sandbox.ts";
import type { TotalsNames } from "./settings.ts";

type Value = string | number | null;
type Table = { columns: Record<string, Value[]>; weights: number[] };

const COLUMN = String.raw`'([^']+)'\[([^\]]+)\]`;

/**
 * The two tables of the played model. Facts stand summed by entity, period and account; `weights` says how many lines
 * each row stands for.
 */
export function modelTables(world: World, dataset: string, names: TotalsNames): Map<string, Table> {
  const held = world.entities.flatMap(({ id }) =>
    world.periods().flatMap(({ period }) => world.totals(dataset, id, period) ?? []),
  );
  const facts = held.flatMap(({ accounts, ...of }) => accounts.map((account) => ({ ...of, ...account })));
  // A model's times have no zone.
  const time = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString().replace("Z", ""));
  return new Map([
    [
      names.facts,
      {
        columns: {
          [names.entity]: facts.map(({ entity }) => entity),
          [names.period]: facts.map(({ period }) => period),
          [names.currency]: facts.map(({ currency }) => currency),
          [names.debit]: facts.map(({ debit }) => debit),
          [names.credit]: facts.map(({ credit }) => credit),
        },
        weights: facts.map(({ count }) => count),
      },
    ],
    [
      names.log,
      {
        columns: {
          [names.entity]: held.map(({ entity }) => entity),
          [names.period]: held.map(({ period }) => period),
          [names.batch]: held.map(({ correlationId }) => correlationId),
          [names.snapshotAsOf]: held.map(({ snapshotAsOf }) => time(snapshotAsOf)),
        },
        weights: held.map(() => 1),
      },
    ],
  ]);
}

/** Evaluates as much DAX as finance asks of a model: SELECTCOLUMNS, and SUMMARIZECOLUMNS with SUM and COUNTROWS. Null for what is no such thing. */
export function evaluateDax(tables: Map<string, Table>, dax: string) {
  const call = /^\s*EVALUATE\s+(SELECTCOLUMNS|SUMMARIZECOLUMNS)\((.*)\)\s*$/s.exec(dax);
  const table = tables.get(/'([^']+)'/.exec(dax)?.[1] ?? "");
  if (!call?.[2] || !table) return null;
  const rows = call[1] === "SELECTCOLUMNS" ? selected(table, call[2]) : summarized(table, call[2]);
  return rows && { results: [{ tables: [{ rows }] }] };
}

function selected(table: Table, inside: string) {
  const wanted = [...inside.matchAll(new RegExp(`"([^"]+)", ${COLUMN}`, "g"))];
  if (wanted.some(([, , , column = ""]) => !table.columns[column])) return null;
  return table.weights.map((_, row) =>
    Object.fromEntries(wanted.map(([, name, , column = ""]) => [`[${name}]`, table.columns[column]?.[row] ?? null])),
  );
}

function summarized(table: Table, inside: string) {
  const [grouping = ""] = inside.split(', "');
  const grain = [...grouping.matchAll(new RegExp(COLUMN, "g"))].map(([, of, name = ""]) => ({ of, name }));
  const sums = [...inside.matchAll(new RegExp(`"([^"]+)", (?:SUM\\(${COLUMN}\\)|COUNTROWS\\('[^']+'\\))`, "g"))];
  const columns = [...grain.map(({ name }) => name), ...sums.flatMap(([, , , column]) => column ?? [])];
  if (columns.some((column) => !table.columns[column])) return null;
  const groups = Map.groupBy(table.weights.keys(), (row) =>
    JSON.stringify(grain.map(({ name }) => table.columns[name]?.[row])),
  );
  return [...groups.values()].map((rows) => ({
    ...Object.fromEntries(grain.map(({ of, name }) => [`${of}[${name}]`, table.columns[name]?.[rows[0] ?? 0] ?? null])),
    ...Object.fromEntries(
      sums.map(([, name, , column]) => {
        const values = rows.map((row) => (column ? table.columns[column]?.[row] : table.weights[row]) ?? 0);
        return [`[${name}]`, Number(values.reduce<Big>((sum, value) => sum.plus(value), new Big(0)))];
      }),
    ),
  }));
}
