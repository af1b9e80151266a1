import type { Run } from "../../schemas/run.ts";
import type { Context } from "../context.ts";
import { movingSteps } from "../store/postgres/requests-steps.ts";
import { runsFor } from "./follow-load.ts";
import { settleRequests } from "./settle-requests.ts";

/**
 * Moves steps on with what is known of their runs already: what was heard while the database was away, or by a process
 * that has died since, or before it was known here that a step had started that run.
 */
export async function settleKnown(ctx: Context): Promise<void> {
  const steps = await ctx.postgres.ask(movingSteps, {});
  const runs = steps.flatMap((step): Run[] => {
    if (step.runId === null) return step.kind === "follow" ? [...runsFor(ctx, step)] : [];
    const run = ctx.facts.run(step.runId);
    return run && !(run.state === "RUNNING" && step.state === "running") ? [run] : [];
  });
  await settleRequests(ctx, runs);
}
