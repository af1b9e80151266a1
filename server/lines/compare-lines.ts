import type { DifferenceKind, LineComparison, LinesAbsent, LinesDeclared } from "../../schemas/wire/lines.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import type { ExtractRow } from "../store/clickhouse/line-extracts.ts";
import { linesKeptBack } from "../store/clickhouse/restated-lines.ts";
import { sameKey, sideOf, sidesOf, type Sides, type SidesAsked } from "./compared-sides.ts";
import { titleOf } from "./extract-rows.ts";
import { describeDifference, describeMatch, groupsOf, named, totalsOf, type Columns } from "./describe-differences.ts";
import { findDifferences, type Found } from "./find-differences.ts";
import { inLineOrder, type Line } from "./line.ts";
import { matchLines, type MatchedLines } from "./match-lines.ts";
import { pairLines, type PairedLines } from "./pair-lines.ts";
import { alikeButRounded, missingRates } from "./restate-lines.ts";
import { keptBackParams } from "./restated-params.ts";

export interface CompareAsked {
  of: SidesAsked;
  /** Dimensions to compare; all that both sides have, where absent. */
  dimensions?: readonly string[] | undefined;
  /** Columns by which lines without a counterpart may match in sum. */
  match?: readonly string[] | undefined;
  /** Only these kinds are listed; all, where absent. */
  kinds?: readonly DifferenceKind[] | undefined;
  /** Only lines one side of which says this in these columns; columns lines do not have are passed over. */
  where?: Readonly<Record<string, string>> | undefined;
  /** A column to sum the differing lines up by. */
  group?: string | undefined;
  offset: number;
  limit: number;
}

interface Compared {
  differences: PairedLines[];
  keyMatches: MatchedLines[];
  matches: MatchedLines[];
  declared: LinesDeclared | null;
  found: Found;
}

const MOST_GROUPS = 500;

/** What was compared last: loads never change, so that pages of one comparison need not find it again. */
const KEPT = 4;
const kept = new Map<string, Promise<Compared>>();

/**
 * Two extracts side by side: missing, extra, different and duplicated lines, and how they were found. Where a side of a
 * rule's hop handed none in, that is the answer.
 */
export async function compareLines(
  ctx: Context,
  actor: Actor,
  asked: CompareAsked,
): Promise<LineComparison | LinesAbsent> {
  const sides = await sidesOf(ctx, actor, asked.of);
  if ("absent" in sides) return sides;
  const { left, right } = sides;
  const one = left[0] as ExtractRow;
  const keyColumns = sameKey(left, right, ctx);
  const shared = one.dimensions.filter((name) => [...left, ...right].every((each) => each.dimensions.includes(name)));
  const dimensions = asked.dimensions ? shared.filter((name) => asked.dimensions?.includes(name)) : shared;
  const columns: Columns = { keyColumns, dimensions };
  const by = matchBy(asked.match ?? [], columns);
  const compared = await keptOrFound(ctx, sides, columns, by);
  const narrowed = narrowedBy(asked.where ?? {}, columns);
  const within = compared.differences.filter((pair) => narrowed.holds([pair.left, pair.right]));
  const listed = asked.kinds ? within.filter(({ kind }) => asked.kinds?.includes(kind)) : within;
  const inMatch = (match: MatchedLines) => narrowed.holds([...match.left, ...match.right]);
  const matches = [
    ...compared.keyMatches.filter(inMatch).map((match) => ({ match, by: (line: Line) => named(keyColumns, line.key) })),
    ...compared.matches.filter(inMatch).map((match) => ({ match, by: by.named })),
  ];
  const { offset, limit, group } = asked;
  const end = offset + limit;
  const valueOf = group === undefined ? null : columnReader(group, columns);
  return {
    ...{ entity: one.entity, period: one.period, version: one.version },
    left: sideOf(ctx, left),
    right: sideOf(ctx, right),
    passed: sides.passed.map((dataset) => ({ dataset, datasetTitle: titleOf(ctx.estate, dataset) })),
    ...{ keyColumns, columns: ["amount", "currency", ...dimensions], declared: compared.declared },
    totals: totalsOf(within),
    where: narrowed.where,
    groups: valueOf ? groupsOf(within, valueOf).slice(0, MOST_GROUPS) : [],
    differences: listed.slice(offset, end).map((pair) => describeDifference(pair, columns)),
    count: { differences: listed.length, matches: matches.length },
    ...{ offset, more: listed.length > end || matches.length > end },
    matches: matches.slice(offset, end).map((each) => describeMatch(each.match, columns, each.by)),
    ...{ capped: compared.found.capped, how: compared.found.how },
  };
}

function keptOrFound(ctx: Context, sides: Sides, columns: Columns, by: MatchBy): Promise<Compared> {
  const ids = (rows: ExtractRow[]) => rows.map(({ id }) => id);
  const { restating, rightSign } = sides;
  const declared = restating && [restating.accounts, ...[...restating.members].map(([, led]) => [...led])];
  const rates = restating?.translation && [
    restating.translation.declared,
    [...restating.translation.rates].map(String),
  ];
  const name = JSON.stringify([
    ...[ids(sides.left), ids(sides.right), rightSign, columns.dimensions, by.columns],
    ...[declared, rates],
  ]);
  const known = kept.get(name);
  if (known) return known;
  const finding = find(ctx, sides, columns, by);
  kept.set(name, finding);
  finding.catch(() => kept.delete(name));
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? "");
  return finding;
}

async function find(ctx: Context, sides: Sides, columns: Columns, by: MatchBy): Promise<Compared> {
  const side = (rows: ExtractRow[], sign: 1 | -1) => ({
    loads: rows.map(({ id }) => id),
    rows: rows.reduce((sum, each) => sum + each.rows, 0),
    dimensions: rows[0]?.dimensions ?? [],
    sign,
  });
  const left = side(sides.left, 1);
  const { keyColumns } = columns;
  const restating = sides.restating && { declared: sides.restating, keyColumns, dimensions: left.dimensions };
  const asked = { left: { ...left, restating }, right: side(sides.right, sides.rightSign) };
  const found = await findDifferences(ctx.clickhouse, asked, columns.dimensions);
  const declared = restating && {
    mappings: [...restating.declared.mappings],
    translatedTo: restating.declared.translation?.to ?? null,
    missingRates: missingRates(restating.declared, currenciesOf(sides.left)),
    filtered:
      restating.declared.accounts.length === 0
        ? []
        : await ctx.clickhouse.ask(linesKeptBack, {
            left: left.loads,
            ...keptBackParams(restating.declared, restating),
          }),
  };
  return { ...matched(found, by), declared, found };
}

function matched(found: Found, by: MatchBy): Pick<Compared, "differences" | "keyMatches" | "matches"> {
  const all = pairLines(found.left, found.right);
  const paired = {
    matches: all.matches,
    differences: all.differences.filter(
      ({ kind, left, right }) => !(kind === "different" && left && right && alikeButRounded(left, right)),
    ),
  };
  if (by.columns.length === 0) return { differences: paired.differences, keyMatches: paired.matches, matches: [] };
  const alone = (kind: "missing" | "extra", where: "left" | "right") =>
    paired.differences.flatMap((pair) =>
      pair.kind === kind ? Array.from({ length: pair.copies[where] }, () => pair[where] as Line) : [],
    );
  const bySum = matchLines(alone("missing", "left"), alone("extra", "right"), by.text);
  const rest = pairLines(bySum.left, bySum.right).differences;
  const differences = [...paired.differences.filter(({ kind }) => kind !== "missing" && kind !== "extra"), ...rest];
  const keyed = (pair: PairedLines) => (pair.left ?? pair.right) as Line;
  return {
    differences: differences.toSorted((a, b) => inLineOrder(keyed(a), keyed(b))),
    ...{ keyMatches: paired.matches, matches: bySum.matches },
  };
}

function currenciesOf(rows: readonly ExtractRow[]): string[] {
  return [...new Set(rows.flatMap(({ sums }) => sums.map(({ currency }) => currency)))].toSorted();
}

/** What a line says in a column; null for a column lines do not have. */
function columnReader(name: string, { keyColumns, dimensions }: Columns): ((line: Line) => string) | null {
  if (name === "currency") return ({ currency }) => currency;
  const inKey = keyColumns.indexOf(name);
  if (inKey >= 0) return ({ key }) => key[inKey] ?? "";
  const at = dimensions.indexOf(name);
  return at < 0 ? null : (line) => line.dimensions[at] ?? "";
}

function narrowedBy(where: Readonly<Record<string, string>>, columns: Columns) {
  const readers = Object.entries(where).flatMap(([name, value]) => {
    const read = columnReader(name, columns);
    return read ? [{ name, value, read }] : [];
  });
  return {
    where: Object.fromEntries(readers.map(({ name, value }) => [name, value])),
    holds: (lines: readonly (Line | null)[]) =>
      lines.some((line) => line !== null && readers.every(({ value, read }) => read(line) === value)),
  };
}

interface MatchBy {
  columns: readonly string[];
  text(line: Line): string;
  named(line: Line): Record<string, string>;
}

function matchBy(match: readonly string[], columns: Columns): MatchBy {
  const readers = match.map((name) => {
    const read = columnReader(name, columns);
    if (read && name !== "currency") return { name, read };
    throw new Fault("invalid-input", `Lines cannot be matched by ${name}: they have no such column on both sides.`);
  });
  const picked = (line: Line) => Object.fromEntries(readers.map(({ name, read }) => [name, read(line)]));
  return { columns: match, named: picked, text: (line) => JSON.stringify(picked(line)) };
}
