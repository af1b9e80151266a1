import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { LinesAbsent, LineSide } from "../../schemas/wire/lines.ts";
import { lineInputOf } from "../breaks/line-input.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import { exactOf, exactText, type Exact } from "../reconcile/exact.ts";
import { stagesBetween } from "../reconcile/transform.ts";
import { termsOf } from "../reconcile/tie-line.ts";
import { lineExtracts, lineExtractsById, type ExtractRow } from "../store/clickhouse/line-extracts.ts";
import { titleOf } from "./extract-rows.ts";
import { latestSide } from "./latest-side.ts";
import { inOrder } from "./line.ts";
import { restatingBetween, type Restating } from "./restate-lines.ts";

/** Two extracts each by their ids, or a rule's hop by the dataset it leads to. */
export type SidesAsked =
  | { left: readonly string[]; right: readonly string[] }
  | { rule: string; hop: string; entity: string; period: string };

/** The loads of both sides of a comparison, none of them empty. */
export interface Sides {
  left: ExtractRow[];
  right: ExtractRow[];
  rightSign: 1 | -1;
  restating: Restating | null;
  /** Legs between the two that handed nothing in. */
  passed: readonly string[];
}

export function sidesOf(ctx: Context, actor: Actor, of: SidesAsked): Promise<Sides | LinesAbsent> {
  return "rule" in of ? sidesOfHop(ctx, actor, of) : sidesById(ctx, actor, of);
}

async function sidesById(ctx: Context, actor: Actor, of: { left: readonly string[]; right: readonly string[] }) {
  const rows = await ctx.clickhouse.ask(lineExtractsById, { ids: [...of.left, ...of.right] });
  const pick = (ids: readonly string[]) =>
    ids.map((id) => {
      const row = rows.find((each) => each.id === id);
      if (!row || !inScope(actor, row.entity) || !inPeriods(actor, row.period))
        throw new Fault("not-found", `There is no extract ${id} for you to see.`);
      if (row.state === "quarantined") throw new Fault("conflict", `The extract ${id} is quarantined: ${row.reason}`);
      return row;
    });
  return { left: pick(of.left), right: pick(of.right), rightSign: 1, restating: null, passed: [] } as Sides;
}

async function sidesOfHop(
  ctx: Context,
  actor: Actor,
  { rule, hop, entity, period }: { rule: string; hop: string; entity: string; period: string },
): Promise<Sides | LinesAbsent> {
  if (!inScope(actor, entity) || !inPeriods(actor, period))
    throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
  const declared = ctx.estate.reconciliations.find(({ id }) => id === rule);
  if (!declared) throw new Fault("not-found", `There is no reconciliation ${rule}.`);
  const at = declared.legs.indexOf(hop);
  const from = declared.legs[at - 1];
  if (at < 1 || from === undefined)
    throw new Fault("not-found", `The reconciliation ${rule} has no hop that leads to ${hop}.`);
  if (declared.kind !== "flow")
    throw new Fault("conflict", `The reconciliation ${rule} compares sums: its lines have no counterparts.`);
  const input = lineInputOf(ctx, declared, entity, period);
  if (!input) throw new Fault("not-found", `${ctx.estate.estate.title} has no period ${period}.`, { period });
  const handedIn = (dataset: string) => loadsOf(ctx, declared, { dataset, entity, period });
  const right = latestSide(await handedIn(hop));
  if (right.length === 0) return absent(ctx, { entity, period }, hop);
  const terms = termsOf(input, ctx.clock.now().toISOString());
  for (let start = at - 1; start >= 0; start--) {
    const [leg = "", ...passed] = declared.legs.slice(start, at);
    const left = sameSnapshot(await handedIn(leg), right);
    if (left.length > 0) {
      const sign = (declared.signs[hop] ?? 1) * (declared.signs[leg] ?? 1);
      return { left, right, rightSign: sign === 1 ? 1 : -1, restating: restatingBetween(declared, at, terms), passed };
    }
    // Lines from before a leg that makes something else of them are not what it handed on.
    if (stagesBetween(declared, start - 1, start, terms.mapping).length > 0) break;
  }
  return absent(ctx, { entity, period }, from);
}

async function loadsOf(
  { clickhouse, estate }: Context,
  rule: Reconciliation,
  { dataset, entity, period }: { dataset: string; entity: string; period: string },
): Promise<ExtractRow[]> {
  const version = rule.versions[dataset] ?? indexOf(estate).flow(rule.flow).version;
  return clickhouse.ask(lineExtracts, {
    ...{ dataset, period, version, entities: [entity], allEntities: false, limit: 10_000 },
  });
}

/** The extract of the other side's snapshot; the latest where none shows that moment. */
function sameSnapshot(loads: readonly ExtractRow[], other: readonly ExtractRow[]): ExtractRow[] {
  const same = latestSide(loads.filter(({ asOf }) => asOf === other[0]?.asOf));
  return same.length > 0 ? same : latestSide(loads);
}

function absent(ctx: Context, of: { entity: string; period: string }, dataset: string): LinesAbsent {
  const datasetTitle = titleOf(ctx.estate, dataset);
  const reason = `No lines of ${datasetTitle} were handed in for ${of.entity} and ${of.period}.`;
  return { ...of, absent: { dataset, datasetTitle }, reason };
}

export function sameKey(left: readonly ExtractRow[], right: readonly ExtractRow[], ctx: Context): string[] {
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

export function sideOf(ctx: Context, rows: readonly ExtractRow[]): LineSide {
  const first = rows[0] as ExtractRow;
  const sums = new Map<string, Exact>();
  for (const { currency, amount } of rows.flatMap((each) => each.sums))
    sums.set(currency, (sums.get(currency) ?? 0n) + exactOf(amount));
  const sorted = [...sums].toSorted(([a], [b]) => inOrder(a, b));
  return {
    ...{ dataset: first.dataset, datasetTitle: titleOf(ctx.estate, first.dataset), runId: first.runId },
    asOf:
      rows
        .map(({ asOf }) => asOf)
        .toSorted()
        .at(-1) ?? first.asOf,
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
