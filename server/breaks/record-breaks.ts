import type { BreakState } from "../../schemas/wire/break.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import type { FoundBreak } from "../reconcile/found-breaks.ts";
import {
  breaksOfCheck,
  findAgain,
  insertBreak,
  parentsOf,
  tieBreak,
  type StoredBreak,
} from "../store/postgres/breaks.ts";
import { insertStep } from "../store/postgres/breaks-history.ts";
import type { Asking } from "../store/postgres.ts";

/** What one check says of the breaks of a rule for an entity and period. */
export interface CheckedBreaks {
  rule: string;
  entity: string;
  period: string;
  at: string;
  found: readonly FoundBreak[];
  /** Hops that were compared: a break of one of these that is not found any more ties. Of others nothing is known. */
  compared: ReadonlySet<string>;
  /** The stored result the finding rests on. */
  result: string;
}

/**
 * Writes what a check found: new breaks open (carried forward from the period before where the same was there), known
 * ones keep their age and what was decided, unless their amount changed, which opens them again; what is gone resolves.
 * Answers how many changed; nothing is written where nothing did.
 */
export async function recordBreaks(ctx: Pick<Context, "postgres">, checked: CheckedBreaks): Promise<number> {
  return ctx.postgres.transaction(async (tx) => {
    const { rule, entity, period, found, compared } = checked;
    const known = new Map((await tx.ask(breaksOfCheck, { rule, entity, period })).map((row) => [row.id, row]));
    const fresh = found.filter(({ id }) => !known.has(id));
    const changes = [
      ...(fresh.length > 0 ? await openAll(tx, checked, fresh) : []),
      ...(await again(tx, checked, found, known)),
    ];
    const ids = new Set(found.map(({ id }) => id));
    for (const row of known.values()) {
      if (row.present && !ids.has(row.id) && compared.has(row.hop)) changes.push(await tie(tx, checked, row));
    }
    if (changes.length === 0) return 0;
    await record(tx, {
      at: new Date(checked.at),
      actor: TIEOUT,
      action: "break.check",
      subject: `reconciliation:${rule}`,
      detail: { entity, period, result: checked.result, changes },
    });
    return changes.length;
  });
}

interface Change {
  id: string;
  act: string;
  amount: string;
}

async function openAll(tx: Asking, checked: CheckedBreaks, fresh: readonly FoundBreak[]): Promise<Change[]> {
  const { period, at } = checked;
  const lineages = fresh.map(({ lineage }) => lineage);
  const parents = new Map((await tx.ask(parentsOf, { lineages, period })).map((row) => [row.lineage, row]));
  const changes: Change[] = [];
  for (const found of fresh) {
    const parent = parents.get(found.lineage);
    const firstSeenAt = parent && parent.firstSeenAt < at ? parent.firstSeenAt : at;
    const [made] = await tx.ask(insertBreak, { ...found, parent: parent?.id ?? null, firstSeenAt, at });
    if (!made) continue;
    const text = parent ? `Carried forward from ${parent.period}.` : found.causeText;
    changes.push(await step(tx, checked, made, "found", null, text));
  }
  return changes;
}

async function again(
  tx: Asking,
  checked: CheckedBreaks,
  found: readonly FoundBreak[],
  known: ReadonlyMap<string, StoredBreak>,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const each of found) {
    const row = known.get(each.id);
    if (!row) continue;
    const same = row.amount === each.amount && row.present;
    if (same && row.ruleVersion === each.ruleVersion && row.runId === each.runId && row.cause === each.cause) continue;
    const opens = !same && row.state !== "open" && row.state !== "assigned";
    const state: BreakState | null = opens ? (row.assignee ? "assigned" : "open") : null;
    const [now] = await tx.ask(findAgain, { ...each, state, at: checked.at });
    // The same difference found by another run is told by the check's result, not by the break's life.
    if (!now || same) continue;
    const text = row.present ? `Was ${row.amount}.` : "It had tied in the meantime.";
    changes.push(await step(tx, checked, now, opens ? "reopened" : "changed", row.state, text));
  }
  return changes;
}

async function tie(tx: Asking, checked: CheckedBreaks, row: StoredBreak): Promise<Change> {
  const [now] = await tx.ask(tieBreak, { id: row.id, at: checked.at });
  return step(tx, checked, now ?? row, "tied", row.state, "It ties again.");
}

async function step(
  tx: Asking,
  { at }: CheckedBreaks,
  row: StoredBreak,
  act: string,
  from: BreakState | null,
  text: string,
): Promise<Change> {
  const { id, state: to, amount } = row;
  await tx.ask(insertStep, { breakId: id, at, byId: TIEOUT.id, byName: TIEOUT.name, act, from, to, amount, text });
  return { id, act, amount };
}
