import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { Job, Recipe } from "./vendor.ts";

const STATES: Record<string, RunState> = { succeeded: "complete", failed: "failed" };

/** A job with the recipe it is of. */
export interface SeenJob {
  recipe: Pick<Recipe, "id" | "name">;
  job: Job;
}

/** Handles are asked for below their recipe, so both make the key of a run. */
export function keyOf({ recipe, job }: SeenJob): string {
  return `${recipe.id}/${job.id}`;
}

export function partsOf(key: string): { recipe: string; handle: string } {
  const [recipe = "", handle = ""] = key.split("/");
  return { recipe, handle };
}

/** Where a job stands; `pending` both waits and works. Without a status, its error and its times tell. */
export function stateOf(
  { status, started_at, completed_at, is_error, is_poll_error }: Job,
  settings: Settings,
): RunState | null {
  if (is_poll_error) return "failed";
  if (status === "pending" || (!status && !completed_at && !is_error)) return started_at ? "running" : "queued";
  if (!status) return is_error ? "failed" : "complete";
  return STATES[status] ?? settings.otherStates[status] ?? null;
}

export function isOpen({ job }: SeenJob, settings: Settings): boolean {
  return !hasEnded(stateOf(job, settings));
}

/** When it last changed; null where it tells no time at all. */
export function changedAt({ job }: SeenJob): string | null {
  return iso(job.completed_at) ?? iso(job.started_at);
}

/** Jobs of somebody trying a recipe out are nobody's figures. */
export function isTest({ is_test, is_test_case_job }: Job): boolean {
  return is_test === true || is_test_case_job === true;
}

/** Every event a job's present state implies, oldest first; none before it tells a time. */
export function jobEvents(
  seen: SeenJob,
  { namespace, settings }: { namespace: string; settings: Settings },
): RunEvent[] {
  const { recipe, job } = seen;
  const startedAt = iso(job.started_at) ?? changedAt(seen);
  if (startedAt === null) return [];
  const declared = jobNamed(settings.recipes, recipe.name);
  const title = declared && new RegExp(declared.job.title, "u").exec(job.title ?? "")?.groups;
  const place = declared && placeOf(declared.job, declared.entity || title?.entity, periodNamed(title?.period));
  const state = stateOf(job, settings);
  return seenRunEvents(producerOf("workato"), namespace, {
    ...{ key: keyOf(seen), job: recipe.name, queuedAt: startedAt, startedAt: state === "queued" ? null : startedAt },
    ...{ endedAt: iso(job.completed_at), state, vendorStatus: job.status ?? (job.is_error ? "failed" : "succeeded") },
    words: { queued: "pending", running: "pending" },
    exceptions: state === "failed" ? [exceptionOfJob(job, place ?? null)] : [],
    correlationId: title?.correlation,
    fills: declared?.job,
    position: place,
    completeThrough: declared?.job.completeThrough === "start" ? startedAt : null,
  });
}

function exceptionOfJob(job: Job, place: { entity: string; period: string } | null): RunException {
  const text = job.error?.trim() || "The job failed and says no reason.";
  const message = job.is_poll_error ? `The trigger could not poll, so no data moved: ${text}` : text;
  return { ...exceptionOf(message, RELAYED), ...(place && { entity: place.entity, period: place.period }) };
}

export function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
