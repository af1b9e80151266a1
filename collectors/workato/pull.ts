import type { Pull, SystemOf } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import type { Client } from "./client.ts";
import { changedAt, isOpen, isTest, jobEvents, keyOf, partsOf, type SeenJob } from "./map.ts";
import type { Settings } from "./settings.ts";
import type { Recipe } from "./vendor.ts";

export interface Cursor {
  runs: WindowCursor;
  /** What each recipe's own figures were when its jobs were last read, by its id. */
  recipes: Record<string, string>;
  /** Whose turn it is to be read although nothing seems new. */
  turn: number;
}

/**
 * Jobs are listed for each recipe and by no time, so only recipes whose own figures moved are read, newest first back to
 * the window; one more by turns, because a job that waits moves no figure.
 */
export async function pullJobs(
  cursor: Cursor | null,
  client: Client,
  system: SystemOf<Settings>,
): Promise<Pull<Cursor>> {
  const { namespace, settings } = system;
  const recipes = (await client.recipes()).filter(({ name }) => jobNamed(settings.recipes, name));
  const turn = ((cursor?.turn ?? -1) + 1) % Math.max(1, recipes.length);
  const known = new Map(recipes.map((recipe) => [recipe.id, recipe]));
  const asked = recipes.filter((recipe, index) => index === turn || cursor?.recipes[recipe.id] !== figuresOf(recipe));
  const now = client.vendorNow();
  const { rows: _, ...pull } = await readWindow<SeenJob>(cursor?.runs ?? null, {
    now,
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    async *list(from) {
      for (const recipe of asked) yield* jobsSince(client, recipe, from);
    },
    async again(key) {
      const { recipe: id, handle } = partsOf(key);
      const recipe = known.get(id);
      const job = recipe && (await client.job(id, handle));
      return job ? { recipe, job } : null;
    },
    sight: (seen) => ({
      ...{ key: keyOf(seen), changedAt: changedAt(seen) ?? now.toISOString(), open: isOpen(seen, settings) },
      version: [seen.job.status, seen.job.started_at, seen.job.completed_at].join(" "),
    }),
    events: (seen) => jobEvents(seen, system),
    gap: (from, to) => gapEvent({ collector: "workato", namespace, history: "Recipe jobs", from, to }),
  });
  const figures = Object.fromEntries(recipes.map((recipe) => [recipe.id, figuresOf(recipe)]));
  return { ...pull, cursor: { runs: pull.cursor, recipes: figures, turn } };
}

async function* jobsSince(client: Client, recipe: Recipe, from: string): AsyncGenerator<SeenJob[]> {
  for await (const page of client.jobs(recipe.id)) {
    const jobs = page.map((job) => ({ recipe, job }));
    const recent = jobs.filter((seen) => (changedAt(seen) ?? from) >= from);
    yield recent.filter(({ job }) => !isTest(job));
    if (recent.length === 0) return;
  }
}

function figuresOf({ job_succeeded_count, job_failed_count, last_run_at }: Recipe): string {
  return [job_succeeded_count, job_failed_count, last_run_at].join(" ");
}
