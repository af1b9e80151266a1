import { Plan } from "../../schemas/wire/plan.ts";
import type { LoopReport } from "../../schemas/wire/request.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { keepReport, requestById, requestPapers } from "../store/postgres/requests.ts";
import { sha256 } from "./planning/digest.ts";
import { standingNow, type Standing } from "./standing.ts";

/**
 * Closes the loop: checks the window's reconciliations once more and keeps, as evidence, which breaks were resolved, which
 * appeared and which stayed, and what became of sign-offs. A request that touched no figures has nothing to compare.
 */
export async function reportRequest(ctx: Context, id: string): Promise<void> {
  const [request] = await ctx.postgres.ask(requestById, { id });
  const [papers] = await ctx.postgres.ask(requestPapers, { id });
  // Where nothing was done, nothing can have changed by it.
  if (!request || request.stepsDone === 0 || !papers?.plan || !papers.before) return;
  const { touches } = Plan.parse(JSON.parse(papers.plan));
  const { entities, periods } = touches;
  if (entities.length === 0 || periods.length === 0) return;
  for (const period of periods) await ctx.again.check({ period, entities });
  const before = JSON.parse(papers.before) as Standing;
  const report = compared(before, await standingNow(ctx, touches), ctx.clock.now());
  await ctx.postgres.transaction(async (tx) => {
    const [kept] = await tx.ask(keepReport, { id, report: JSON.stringify(report) });
    if (!kept) return;
    const { resolved, appeared, unchanged, digest, text } = report;
    const detail = { resolved: resolved.length, appeared: appeared.length, unchanged: unchanged.length, digest, text };
    await record(tx, {
      at: ctx.clock.now(),
      actor: TIEOUT,
      action: "request.report",
      subject: `request:${id}`,
      detail,
    });
  });
  ctx.touch("request");
}

/** What became of a window between two moments. */
export function compared(before: Standing, after: Standing, now: Date): LoopReport {
  const [was, is] = [new Set(before.breaks), new Set(after.breaks)];
  const resolved = before.breaks.filter((id) => !is.has(id));
  const appeared = after.breaks.filter((id) => !was.has(id));
  const unchanged = after.breaks.filter((id) => was.has(id));
  const signoffs = after.signoffs.flatMap(({ entity, period, title, milestone, state }) => {
    const old = before.signoffs.find(
      (each) => each.entity === entity && each.period === period && each.milestone === milestone,
    );
    return old && old.state !== state ? [{ entity, period, title, before: old.state, after: state }] : [];
  });
  const body = { madeAt: now.toISOString(), resolved, appeared, unchanged, signoffs };
  return { ...body, text: textOf(body), digest: sha256(body) };
}

function textOf({ resolved, appeared, unchanged, signoffs }: Omit<LoopReport, "text" | "digest">): string {
  const breaks = (count: number) => `${count} ${count === 1 ? "break" : "breaks"}`;
  if (resolved.length + appeared.length + unchanged.length === 0) return "The window ties, as it did before.";
  const told = [`${breaks(resolved.length)} resolved, ${appeared.length} new, ${unchanged.length} unchanged.`];
  const suspended = signoffs.filter(({ after }) => after === "suspended").length;
  if (suspended > 0) told.push(`${suspended} ${suspended === 1 ? "sign-off was" : "sign-offs were"} suspended.`);
  return told.join(" ");
}
