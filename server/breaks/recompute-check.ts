import type { Total } from "../../schemas/run.ts";
import type { CheckInput, CheckResult, Recomputed } from "../../schemas/wire/reconcile-matrix.ts";
import { record } from "../audit/record.ts";
import { momentOf } from "../checks/moment.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import { canaryOf } from "../reconcile/canary.ts";
import { judgeLegs } from "../reconcile/judge-legs.ts";
import { checkBasis, checkResultById, totalsOfReport } from "../store/clickhouse/check-results.ts";
import { CheckBasis, judgingAgain } from "./check-basis.ts";
import { totalsDigest, verdictDigest } from "./check-rule.ts";

/** Asks for a stored check's figures again, judges them as they were judged then, and says whether it comes to the same. */
export async function recomputeCheck(
  ctx: Pick<Context, "clickhouse" | "postgres" | "clock">,
  actor: Actor,
  id: string,
): Promise<Recomputed> {
  demand(actor, "check:run");
  const [result] = await ctx.clickhouse.ask(checkResultById, { id });
  const [kept] = await ctx.clickhouse.ask(checkBasis, { id });
  if (!result || !kept || !inScope(actor, result.entity)) throw new Fault("not-found", "There is no such result.");
  const basis = CheckBasis.parse(JSON.parse(kept.basis));
  const totals = await Promise.all(result.inputs.map((input) => totalsAgain(ctx, result, input)));
  const differs = result.inputs.flatMap((input, at) =>
    totalsDigest(totals[at]!) === input.digest ? [] : [`The totals of ${input.dataset} are not those of the check.`],
  );
  const inputsUnchanged = differs.length === 0;
  const moment = momentOf(new Date(basis.judgedAt));
  const judging = judgingAgain(basis, totals);
  const judged = judgeLegs(judging, moment);
  const digest = verdictDigest(judged, canaryOf(judging, judged.hops, moment));
  if (digest !== result.verdictDigest) differs.push("The verdict is another one.");
  const proven = differs.length === 0;
  await ctx.postgres.transaction((tx) =>
    record(tx, {
      ...{ at: ctx.clock.now(), actor, action: "check.recompute", subject: `check:${id}` },
      detail: { proven, verdictDigest: digest, differs },
    }),
  );
  return { id, proven, inputsUnchanged, verdictDigest: digest, differs };
}

/** Of several reports of one run and instant the one the check read; without it whatever there is, to be told apart. */
async function totalsAgain(
  ctx: Pick<Context, "clickhouse">,
  { entity, period }: CheckResult,
  { namespace, name, version, runId, asOf, totals, digest }: CheckInput,
): Promise<readonly Total[]> {
  if (totals === 0 || asOf === null) return [];
  const rows = await ctx.clickhouse.ask(totalsOfReport, { namespace, name, version, entity, period, runId, asOf });
  const reports = [...Map.groupBy(rows, ({ eventId }) => eventId).values()];
  return reports.find((report) => totalsDigest(report) === digest) ?? reports[0] ?? [];
}
