import { setTimeout } from "node:timers/promises";
import { VendorError, type Triggered } from "../../collectors/collector.ts";
import { vendorKeyOf } from "../../collectors/run-id.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Context } from "../context.ts";
import { isActive } from "../reconcile/legs.ts";
import type { StoredStep } from "../store/postgres/requests-steps.ts";
import { correlationOf } from "./correlation.ts";
import { taken } from "./follow-load.ts";
import type { Move } from "./step-moves.ts";

/** Answers of a vendor after which the load has certainly not started. */
const NOT_STARTED: ReadonlySet<VendorError["code"]> = new Set([
  "refused",
  "unauthorized",
  "forbidden",
  "not-found",
  "rate-limited",
]);
/** Shorter than a step is held for this process alone. */
const SILENCE_MILLISECONDS = 60_000;
/** A vendor that is too busy is asked again so often, so many seconds apart at least. */
const BUSY_TRIES = 5;
const BUSY_SECONDS = 5;

/**
 * Asks the system to run a step's job, under the step's key: after a crash the same call adopts the run it had started.
 * What the vendor certainly did not start is refused; an unclear answer is never tried again by itself.
 */
export async function driveStep(ctx: Context, step: StoredStep): Promise<Move> {
  const system = ctx.estate.systems.find(({ id }) => id === step.system);
  const title = system?.title ?? step.system ?? "The system";
  const from = ["claimed"] as const;
  try {
    const triggered = await Promise.race([asking(ctx, step), silence()]);
    if (!triggered) {
      const outcome = `${title} can be observed here, not driven.`;
      return { step: step.step, from, state: "failed", fault: "refused", outcome };
    }
    const { vendorRunKey, runId, jobName } = triggered;
    return {
      ...{ step: step.step, from, state: "dispatched", outcome: null, adopted: triggered.adopted, fault: null },
      ...{ vendor_run_key: vendorRunKey, run_id: runId, job_name: jobName },
      correlation_id: correlationOf(ctx.estate, ctx.facts, step) ?? `REQ-${step.idempotencyKey}`,
    };
  } catch (error) {
    ctx.log.warn({ err: error, request: step.requestId, step: step.step }, "a step could not be dispatched");
    return adoption(ctx, step, error) ?? failed(step, title, error);
  }
}

/** Where a vendor refuses because the job is running already, that run is the one; null where none is known. */
function adoption({ estate, facts }: Context, step: StoredStep, error: unknown): Move | null {
  if (!(error instanceof VendorError) || error.code !== "refused" || !step.dataset || !step.period) return null;
  const name = indexOf(estate).name(step.dataset);
  const entities = step.entity ? [step.entity] : estate.entities.map(({ id }) => id);
  const run = entities
    .flatMap((entity) => facts.runsInto(name, entity, step.period!))
    .find((each) => isActive(each) && each.jobName === step.job);
  if (!run) return null;
  const key = vendorKeyOf(run.runId);
  return {
    ...{ step: step.step, from: ["claimed"], state: "dispatched", outcome: null, fault: null, ...taken(run) },
    ...(key === null ? {} : { vendor_run_key: key }),
  };
}

function failed(step: StoredStep, title: string, error: unknown): Move {
  const message = error instanceof Error ? error.message : String(error);
  const from = ["claimed"] as const;
  if (!(error instanceof VendorError) || !NOT_STARTED.has(error.code)) {
    const outcome = `${title} gave no clear answer (${message}). The vendor may have started it; look before asking again.`;
    return { step: step.step, from, state: "failed", fault: "unclear", outcome };
  }
  const outcome = `${title} refused: ${message}`;
  // Each wait is kept in the outcome, so that a restart goes on counting.
  const tries = Number(/tried (\d+) times/.exec(step.outcome ?? "")?.[1] ?? 0) + 1;
  if (error.code === "rate-limited" && tries < BUSY_TRIES) {
    const wait = Math.max(error.retryAfterSeconds ?? 0, BUSY_SECONDS * 2 ** (tries - 1));
    const told = `${title} is too busy; tried ${tries} times, again in ${Math.round(wait)} seconds.`;
    return { step: step.step, from, state: "waiting", fault: null, outcome: told, wait_seconds: wait };
  }
  return { step: step.step, from, state: "failed", fault: "refused", outcome };
}

/** Null where the system cannot be driven. */
async function asking(ctx: Context, step: StoredStep): Promise<Triggered | null> {
  const driver = ctx.drivers.get(step.system ?? "");
  const { vendorRunKey, fromFailure } = step.details;
  if (step.kind === "rerun" && vendorRunKey && driver?.rerun) return driver.rerun(vendorRunKey, { fromFailure });
  if (!driver?.trigger || step.job === null) return null;
  const { job, parameters, idempotencyKey, requestedAt } = step;
  return driver.trigger({ job, parameters, idempotencyKey, requestedAt });
}

/** Rejects when a vendor has not answered for so long that nobody should go on waiting. */
async function silence(): Promise<never> {
  await setTimeout(SILENCE_MILLISECONDS, undefined, { ref: false });
  throw new VendorError("unreachable", "no answer within a minute");
}
