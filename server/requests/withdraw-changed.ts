import type { Plan } from "../../schemas/wire/plan.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { moveRequest, requestById, requestPapers } from "../store/postgres/requests.ts";
import { planAgain } from "./plan-request.ts";
import type { Wish } from "./planning/world.ts";

/**
 * Before the first step of a request others agreed to: what they agreed to must still be what would be done. Where the
 * world has changed, or the agreement has run out, the request is withdrawn with what changed. Answers whether it was.
 */
export async function withdrawChanged(ctx: Context, id: string): Promise<boolean> {
  const [request] = await ctx.postgres.ask(requestById, { id });
  if (!request || request.state !== "requested" || request.approvalsNeeded === 0) return false;
  if (
    request.brokenGlass ||
    request.stepsDone + request.stepsUnderWay + request.stepsAsking + request.stepsFailed > 0
  ) {
    return false;
  }
  const at = ctx.clock.now();
  const expired = request.expiresAt !== null && request.expiresAt <= at.toISOString();
  const now = expired ? null : await planAgain(ctx, JSON.parse(request.wish) as Wish);
  if (now && now.digest === request.digest) return false;
  const [papers] = await ctx.postgres.ask(requestPapers, { id });
  const outcome = now
    ? `What was agreed to is no longer what would be done. ${differenceOf(JSON.parse(papers?.plan ?? "null") as Plan | null, now)}`
    : "It was agreed to, and the agreement ran out before it could begin.";
  await ctx.postgres.transaction(async (tx) => {
    const move = { id, from: ["requested" as const], to: "withdrawn" as const, at: at.toISOString(), outcome };
    const [row] = await tx.ask(moveRequest, move);
    if (!row) return;
    const detail = { outcome, approved: request.digest, now: now?.digest ?? null };
    await record(tx, { at, actor: TIEOUT, action: "request.withdrawn", subject: `request:${id}`, detail });
  });
  for (const topic of ["requests", "request"] as const) ctx.touch(topic);
  return true;
}

/** What changed between two plans, in a sentence. */
export function differenceOf(before: Plan | null, now: Plan): string {
  if (!before) return "";
  const titles = (plan: Plan) => new Set(plan.steps.map(({ kind, title }) => `${kind} ${title}`));
  const [was, is] = [titles(before), titles(now)];
  const gone = [...was].filter((title) => !is.has(title)).length;
  const fresh = [...is].filter((title) => !was.has(title)).length;
  if (gone + fresh > 0) return `${fresh} steps would be new and ${gone} are gone.`;
  if (before.phase !== now.phase) return `The close has moved from ${before.phase} to ${now.phase}.`;
  const texts = new Set(before.findings.map(({ text }) => text));
  const told = now.findings.find(({ text }) => !texts.has(text));
  return told ? told.text : "The steps ask for something else than before.";
}
