import type { LineComparison, LineSide } from "../../schemas/wire/lines.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { exactOf, exactText, type Exact } from "../reconcile/exact.ts";
import { lineExtracts, lineExtractsById, type ExtractRow } from "../store/clickhouse/line-extracts.ts";
import { describeDifference, describeMatch, named, totalsOf, type Columns } from "./describe-differences.ts";
import { titleOf } from "./extract-rows.ts";
import { findDifferences, type Found } from "./find-differences.ts";
import { latestSide } from "./latest-side.ts";
import { inLineOrder, inOrder, type Line } from "./line.ts";
import { matchLines, type MatchedLines } from "./match-lines.ts";
import { pairLines, type PairedLines } from "./pair-lines.ts";

export interface CompareAsked {
  /** Two extracts each by their ids, or a rule's hop by the dataset it leads to. */
  of:
    | { left: readonly string[]; right: readonly string[] }
    | { rule: string; hop: string; entity: string; period: string };
  /** Dimensions to compare; all that both sides have, where absent. */
  dimensions?: readonly string[] | undefined;
  /** Columns by which lines without a counterpart may match in sum. */
  match?: readonly string[] | undefined;
  offset: number;
  limit: number;
}

interface Sides {
  left: ExtractRow[];
  right: ExtractRow[];
  rightSign: 1 | -1;
}

interface Compared {
  differences: PairedLines[];
  keyMatches: MatchedLines[];
  matches: MatchedLines[];
  found: Found;
}

/** What was compared last: loads never change, so that pages of one comparison need not find it again. */
const KEPT = 4;
const kept = new Map<string, Promise<Compared>>();

/** Two extracts side by side: missing, extra, different and duplicated lines, and how they were found. */
export async function compareLines(ctx: Context, actor: Actor, asked: CompareAsked): Promise<LineComparison> {
  const sides = "rule" in asked.of ? await sidesOfHop(ctx, actor, asked.of) : await sidesById(ctx, actor, asked.of);
  const { left, right } = sides;
  const one = left[0] as ExtractRow;
  const keyColumns = sameKey(left, right, ctx);
  const shared = one.dimensions.filter((name) => [...left, ...right].every((each) => each.dimensions.includes(name)));
  const dimensions = asked.dimensions ? shared.filter((name) => asked.dimensions?.includes(name)) : shared;
  const columns: Columns = { keyColumns, dimensions };
  const by = matchBy(asked.match ?? [], columns);
  const compared = await keptOrFound(ctx, sides, columns, by);
  const { differences, found } = compared;
  const { offset, limit } = asked;
  const ofKey = (line: Line) => named(keyColumns, line.key);
  return {
    ...{ entity: one.entity, period: one.period, version: one.version },
    left: sideOf(ctx, left),
    right: sideOf(ctx, right),
    ...{ keyColumns, columns: ["amount", "currency", ...dimensions] },
    totals: totalsOf(differences),
    differences: differences.slice(offset, offset + limit).map((pair) => describeDifference(pair, columns)),
    ...{ offset, more: differences.length > offset + limit },
    matches: [
      ...compared.keyMatches.map((match) => describeMatch(match, columns, ofKey)),
      ...compared.matches.map((match) => describeMatch(match, columns, by.named)),
    ],
    ...{ capped: found.capped, how: found.how },
  };
}

function keptOrFound(ctx: Context, sides: Sides, columns: Columns, by: MatchBy): Promise<Compared> {
  const ids = (rows: ExtractRow[]) => rows.map(({ id }) => id);
  const name = JSON.stringify([ids(sides.left), ids(sides.right), sides.rightSign, columns.dimensions, by.columns]);
  const known = kept.get(name);
  if (known) return known;
  const finding = find(ctx, sides, columns, by);
  kept.set(name, finding);
  finding.catch(() => kept.delete(name));
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? "");
  return finding;
}

async function find(ctx: Context, { left, right, rightSign }: Sides, columns: Columns, by: MatchBy): Promise<Compared> {
  const side = (rows: ExtractRow[], sign: 1 | -1) => ({
    loads: rows.map(({ id }) => id),
    rows: rows.reduce((sum, each) => sum + each.rows, 0),
    dimensions: rows[0]?.dimensions ?? [],
    sign,
  });
  const asked = { left: side(left, 1), right: side(right, rightSign) };
  const found = await findDifferences(ctx.clickhouse, asked, columns.dimensions);
  const paired = pairLines(found.left, found.right);
  if (by.columns.length === 0) return { ...paired, keyMatches: paired.matches, matches: [], found };
  const alone = (kind: "missing" | "extra", where: "left" | "right") =>
    paired.differences.flatMap((pair) =>
      pair.kind === kind ? Array.from({ length: pair.copies[where] }, () => pair[where] as Line) : [],
    );
  const matched = matchLines(alone("missing", "left"), alone("extra", "right"), by.text);
  const rest = pairLines(matched.left, matched.right).differences;
  const differences = [...paired.differences.filter(({ kind }) => kind !== "missing" && kind !== "extra"), ...rest];
  const keyed = (pair: PairedLines) => (pair.left ?? pair.right) as Line;
  return {
    differences: differences.toSorted((a, b) => inLineOrder(keyed(a), keyed(b))),
    ...{ keyMatches: paired.matches, matches: matched.matches, found },
  };
}

interface MatchBy {
  columns: readonly string[];
  text(line: Line): string;
  named(line: Line): Record<string, string>;
}

function matchBy(match: readonly string[], { keyColumns, dimensions }: Columns): MatchBy {
  const unknown = match.find((name) => !keyColumns.includes(name) && !dimensions.includes(name));
  if (unknown !== undefined)
    throw new Fault("invalid-input", `Lines cannot be matched by ${unknown}: they have no such column on both sides.`);
  const picked = (line: Line) =>
    Object.fromEntries(
      match.map((name) => {
        const at = keyColumns.indexOf(name);
        return [name, (at < 0 ? line.dimensions[dimensions.indexOf(name)] : line.key[at]) ?? ""];
      }),
    );
  return { columns: match, named: picked, text: (line) => JSON.stringify(picked(line)) };
}

async function sidesById(ctx: Context, actor: Actor, of: { left: readonly string[]; right: readonly string[] }) {
  const rows = await ctx.clickhouse.ask(lineExtractsById, { ids: [...of.left, ...of.right] });
  const pick = (ids: readonly string[]) =>
    ids.map((id) => {
      const row = rows.find((each) => each.id === id);
      if (!row || !inScope(actor, row.entity))
        throw new Fault("not-found", `There is no extract ${id} for you to see.`);
      if (row.state === "quarantined") throw new Fault("conflict", `The extract ${id} is quarantined: ${row.reason}`);
      return row;
    });
  return { left: pick(of.left), right: pick(of.right), rightSign: 1 } as Sides;
}

async function sidesOfHop(
  ctx: Context,
  actor: Actor,
  { rule, hop, entity, period }: { rule: string; hop: string; entity: string; period: string },
): Promise<Sides> {
  if (!inScope(actor, entity)) throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
  const declared = ctx.estate.reconciliations.find(({ id }) => id === rule);
  if (!declared) throw new Fault("not-found", `There is no reconciliation ${rule}.`);
  const at = declared.legs.indexOf(hop);
  const from = declared.legs[at - 1];
  if (at < 1 || from === undefined)
    throw new Fault("not-found", `The reconciliation ${rule} has no hop that leads to ${hop}.`);
  const usual = indexOf(ctx.estate).flow(declared.flow).version;
  const side = async (dataset: string) => {
    const version = declared.versions[dataset] ?? usual;
    const asked = { dataset, period, version, entities: [entity], allEntities: false, limit: 10_000 };
    const rows = latestSide(await ctx.clickhouse.ask(lineExtracts, asked));
    if (rows.length > 0) return rows;
    const title = titleOf(ctx.estate, dataset);
    throw new Fault("not-found", `No lines of ${title} were handed in for ${entity} and ${period}.`, { dataset });
  };
  const sign = (declared.signs[hop] ?? 1) * (declared.signs[from] ?? 1);
  return { left: await side(from), right: await side(hop), rightSign: sign === 1 ? 1 : -1 };
}

function sameKey(left: readonly ExtractRow[], right: readonly ExtractRow[], ctx: Context): string[] {
  const [one] = left;
  for (const each of [...left, ...right]) {
    if (one && each.keyColumns.join("\n") !== one.keyColumns.join("\n")) {
      const [a, b] = [titleOf(ctx.estate, one.dataset), titleOf(ctx.estate, each.dataset)];
      throw new Fault(
        "conflict",
        `Lines of ${a} are told apart by ${one.keyColumns.join(", ")}, those of ${b} by ${each.keyColumns.join(", ")}. Hand both in with the same key columns.`,
      );
    }
  }
  return one?.keyColumns ?? [];
}

function sideOf(ctx: Context, rows: readonly ExtractRow[]): LineSide {
  const first = rows[0] as ExtractRow;
  const sums = new Map<string, Exact>();
  for (const { currency, amount } of rows.flatMap((each) => each.sums))
    sums.set(currency, (sums.get(currency) ?? 0n) + exactOf(amount));
  const sorted = [...sums].toSorted(([a], [b]) => inOrder(a, b));
  return {
    ...{ dataset: first.dataset, datasetTitle: titleOf(ctx.estate, first.dataset), runId: first.runId },
    receivedAt:
      rows
        .map(({ receivedAt }) => receivedAt)
        .toSorted()
        .at(-1) ?? first.receivedAt,
    extracts: rows.map(({ id }) => id),
    rows: rows.reduce((sum, each) => sum + each.rows, 0),
    flaws: rows.reduce((sum, each) => sum + each.flaws, 0),
    sums: sorted.map(([currency, amount]) => ({ currency, amount: exactText(amount) })),
  };
}
