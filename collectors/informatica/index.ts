import { setTimeout as sleep } from "node:timers/promises";
import { defineCollector, VendorError, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type Client } from "./client.ts";
import { isOpen, jobEvents, keyOf, logged, monitored, type SeenJob } from "./map.ts";
import { Settings } from "./settings.ts";

/** Informatica Intelligent Cloud: jobs of Data Integration, from the activity monitor while they run and the log after. */
export const informatica = defineCollector<typeof Settings, WindowCursor>({
  id: "informatica",
  title: "Informatica Intelligent Cloud",
  capabilities: ["list-runs", "trigger", "cancel", "counts"],
  settings: Settings,
  connection: {
    loginUrl: "the address of the region's sign-in, for example https://dm-us.informaticacloud.com",
    user: "a user of the organisation, without a second factor",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      async pull(cursor) {
        const { rows: _, ...pull } = await readWindow(cursor, await jobWindow(client, system));
        return pull;
      },
      ...createDrive(client, system, tools),
    };
  },
});

async function jobWindow(client: Client, { namespace, settings }: SystemOf<Settings>): Promise<RunWindow<SeenJob>> {
  const running = (await client.running()).map((entry) => monitored(entry, settings));
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    async *list(from) {
      // The monitor was asked first: a job that ends in between is then in the log, which comes last and is believed.
      yield running;
      for await (const page of client.log()) {
        const jobs = page.map((entry) => logged(entry, settings));
        const recent = jobs.filter(({ endedAt }) => endedAt! >= from);
        yield recent;
        if (recent.length === 0) return;
      }
    },
    sight: (job) => ({
      ...{ key: keyOf(job), changedAt: job.endedAt ?? job.startedAt, open: isOpen(job) },
      version: `${job.vendorStatus} ${job.endedAt ?? ""}`,
    }),
    async events(job) {
      const declared = jobNamed(settings.tasks, job.task.name);
      const errorLog =
        job.logId !== null && job.state === "partial" && declared ? await client.errorLog(job.logId) : "";
      return jobEvents(job, errorLog, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "informatica", namespace, history: "Activity log", from, to }),
  };
}

/** A start takes no key and may not tell its run, so one of the task under way, or begun since, is the original. */
function createDrive(client: Client, { namespace, settings }: SystemOf<Settings>, { clock, wait = sleep }: Tools) {
  const startOnce = createStarter(namespace, clock, wait);

  async function original(name: string, since: string | null): Promise<string | null> {
    const running = (await client.running()).map((entry) => monitored(entry, settings));
    const underWay = running.find(({ task }) => task.name === name);
    if (underWay || since === null) return underWay ? keyOf(underWay) : null;
    for await (const page of client.log()) {
      const jobs = page.map((entry) => logged(entry, settings));
      const begun = jobs.find(({ task, startedAt }) => task.name === name && startedAt >= since);
      if (begun) return keyOf(begun);
      if (jobs.every(({ startedAt }) => startedAt < since)) return null;
    }
    return null;
  }

  return {
    async trigger(input: TriggerInput) {
      if (!jobNamed(settings.tasks, input.job)) {
        throw new VendorError("refused", `No task "${input.job}" is declared in the settings.`);
      }
      return startOnce(input, {
        original: (since) => original(input.job, since),
        async start() {
          const started = await client.start(input.job);
          return started && keyOf({ task: { id: started.taskId, name: input.job }, runId: started.runId });
        },
      });
    },
    /** The service stops a task, whatever it runs; only while the run meant is the one under way. */
    async cancel(key: string) {
      const running = (await client.running()).map((entry) => monitored(entry, settings));
      const meant = running.find((job) => keyOf(job) === key);
      if (!meant) throw new VendorError("not-found", `Informatica has no job ${key} under way.`);
      await client.stop(meant.task.id);
    },
  };
}

async function checked(client: Client, { tasks }: Settings) {
  const running = await client.running();
  const { value } = await client.log().next();
  const names = new Set([...(value ?? [])].map(({ objectName }) => objectName));
  const missing = tasks.filter((task) => ![...names].some((name) => jobNamed([task], name)));
  return {
    sees: [`${running.length} jobs under way`, `${names.size} tasks in the newest rows of the activity log`],
    warnings: missing.map(({ name }) => `No task "${name}" is in the newest rows of the activity log.`),
  };
}
