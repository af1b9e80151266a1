import type { BreakRow, BreakState, BulkAnswer } from "../../schemas/wire/break.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context, Scope } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import { breakForAct, moveBreak, type StoredBreak } from "../store/postgres/breaks.ts";
import { insertStep } from "../store/postgres/breaks-history.ts";
import type { Asking } from "../store/postgres.ts";
import { breakRow } from "./break-rows.ts";

/** What an act makes of one break. */
export interface Move extends Pick<StoredBreak, "assignee" | "explanation" | "review" | "settlement"> {
  to: BreakState;
  /** What is said of it in the break's life. */
  text: string;
}

/** Something a person does about breaks, one or many alike. */
export interface Act {
  scope: Scope;
  /** `explain`: the step and the audit entry bear its name. */
  name: string;
  /** States it may be done in. */
  from: readonly BreakState[];
  /** Throws a Fault where this actor may not do this to this break. */
  on(row: StoredBreak, actor: Actor, at: string): Move;
}

/** The breaks an act is about; with `revisions` only as the actor saw them. */
export interface Acted {
  ids: readonly string[];
  revisions?: Readonly<Record<string, number>> | undefined;
}

type Acting = Pick<Context, "postgres" | "estate" | "clock" | "touch">;

/**
 * Does an act on each of the breaks, each in a transaction of its own with its audit entry, so that one that cannot be
 * done does not hold up the others; it is answered with its reason.
 */
export async function actOnBreaks(ctx: Acting, actor: Actor, acted: Acted, act: Act): Promise<BulkAnswer> {
  demand(actor, act.scope);
  if (actor.kind !== "person") throw new Fault("not-permitted", "Only a person may decide about a break.");
  const answer: BulkAnswer = { done: [], refused: [] };
  for (const id of new Set(acted.ids)) {
    try {
      answer.done.push(await actOnBreak(ctx, actor, id, acted.revisions?.[id] ?? null, act));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      answer.refused.push({ id, code: error.code, reason: error.message });
    }
  }
  if (answer.done.length > 0) ctx.touch("breaks");
  if (answer.done.length > 0) ctx.touch("reconcile");
  if (answer.done.length > 0) ctx.touch("close");
  return answer;
}

async function actOnBreak(ctx: Acting, actor: Actor, id: string, revision: number | null, act: Act): Promise<BreakRow> {
  const at = ctx.clock.now();
  return ctx.postgres.transaction(async (tx) => {
    const row = await breakInScope(tx, actor, id);
    if (revision !== null && row.revision !== revision) {
      throw new Fault("conflict", "The break has changed since you looked at it. Look again, then decide.");
    }
    if (!act.from.includes(row.state)) {
      throw new Fault("conflict", `The break is ${row.state}; expected ${act.from.join(", ")}.`, { state: row.state });
    }
    const { to, text, ...decided } = act.on(row, actor, at.toISOString());
    const move = { id, from: [row.state], revision: row.revision, to, at: at.toISOString(), ...decided };
    const [moved] = await tx.ask(moveBreak, move);
    if (!moved) throw new Fault("conflict", "The break changed this very moment. Look again.");
    await tx.ask(insertStep, {
      ...{ breakId: id, at: at.toISOString(), byId: actor.id, byName: actor.name },
      ...{ act: act.name, from: row.state, to, amount: row.amount, text },
    });
    await record(tx, {
      ...{ at, actor, action: `break.${act.name}`, subject: `break:${id}` },
      detail: { rule: row.rule, entity: row.entity, period: row.period, amount: row.amount, from: row.state, to, text },
    });
    return breakRow(ctx, moved);
  });
}

/** A break locked for an act; alike for one that does not exist and one of an entity the actor may not see. */
export async function breakInScope(tx: Asking, actor: Actor, id: string): Promise<StoredBreak> {
  const [row] = await tx.ask(breakForAct, { id });
  if (!row || !inScope(actor, row.entity)) throw new Fault("not-found", "There is no such break.");
  return row;
}
