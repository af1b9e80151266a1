import { setTimeout as sleep } from "node:timers/promises";
import { defineCollector, VendorError, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type Client } from "./client.ts";
import { isOpen, iso, keyOf, partsOf } from "./map.ts";
import { pullJobs, type Cursor } from "./pull.ts";
import { Settings } from "./settings.ts";
import type { Job } from "./vendor.ts";

/** Workato: jobs of recipes. */
export const workato = defineCollector<typeof Settings, Cursor>({
  id: "workato",
  title: "Workato",
  capabilities: ["list-jobs", "list-runs", "trigger", "rerun", "cancel"],
  settings: Settings,
  connection: {
    url: "the address of the data centre, for example https://www.workato.com or https://app.eu.workato.com",
    token: "the token of an API client whose role may read recipes and jobs, and repeat and cancel them",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => pullJobs(cursor, client, system),
      ...createDrive(client, system, tools),
    };
  },
});

/** No request answers a job, so the original, and the new job, are read off the recipe's newest jobs. */
function createDrive(client: Client, { namespace, settings }: SystemOf<Settings>, { clock, wait = sleep }: Tools) {
  const startOnce = createStarter(namespace, clock, wait);

  const originalOf = (recipe: { id: string; name: string }, of?: Job) => async (since: string | null) => {
    const { value = [] } = await client.jobs(recipe.id).next();
    const jobs = (value as readonly Job[]).map((job) => ({ recipe, job }));
    const again = of ? jobs.filter(({ job }) => job.id !== of.id && masterOf(job) === masterOf(of)) : jobs;
    const begun = again.find(({ job }) => since !== null && (iso(job.started_at) ?? "") >= since);
    const found = begun ?? again.find((seen) => isOpen(seen, settings));
    return found ? keyOf(found) : null;
  };

  return {
    async trigger(input: TriggerInput) {
      const recipe = (await client.recipes()).find(({ name }) => name === input.job);
      if (!recipe || !jobNamed(settings.recipes, recipe.name)) {
        throw new VendorError("refused", `No recipe "${input.job}" is declared and found in the workspace.`);
      }
      const start = async () => (await client.run(recipe.id), null);
      return startOnce(input, { original: originalOf(recipe), start });
    },
    async rerun(key: string) {
      const { recipe: id, handle } = partsOf(key);
      const recipe = (await client.recipes()).find((each) => each.id === id);
      const job = recipe && (await client.job(id, handle));
      if (!job) throw new VendorError("not-found", `Workato keeps no job ${handle}.`);
      const start = async () => (await client.repeat(id, handle), null);
      return startOnce({ job: recipe.name }, { original: originalOf(recipe, job), start });
    },
    async cancel(key: string) {
      const { recipe, handle } = partsOf(key);
      if (!(await client.job(recipe, handle))) throw new VendorError("not-found", `Workato keeps no job ${handle}.`);
      await client.cancel(recipe, handle);
    },
  };
}

function masterOf({ id, master_job_handle }: Job): string {
  return master_job_handle ?? id;
}

async function checked(client: Client, { recipes }: Settings) {
  const all = await client.recipes();
  const declared = all.filter(({ name }) => jobNamed(recipes, name));
  return {
    sees: [`${all.length} recipes, ${declared.length} of them declared`],
    warnings: [
      ...recipes
        .filter((recipe) => !all.some(({ name }) => jobNamed([recipe], name)))
        .map(({ name }) => `No recipe is named "${name}".`),
      // A recipe that does not start leaves no job behind.
      ...declared.filter(({ running }) => running === false).map(({ name }) => `Recipe "${name}" is stopped.`),
    ],
  };
}
