import { defineCollector, VendorError, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import { readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type Client } from "./client.ts";
import { changedAt, isOpen, iso, jobEvents } from "./map.ts";
import { Settings } from "./settings.ts";
import type { Job } from "./vendor.ts";

/** Airbyte: jobs of connections, in the cloud and self-managed. */
export const airbyte = defineCollector<typeof Settings, WindowCursor>({
  id: "airbyte",
  title: "Airbyte",
  capabilities: ["list-jobs", "list-runs", "trigger", "cancel", "counts"],
  settings: Settings,
  connection: {
    apiUrl: "the address of the public API: https://api.airbyte.com/v1, or https://<host>/api/public/v1",
    clientId: "the id of an application",
    clientSecret: "its secret",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      async check() {
        await client.renew();
        return checked(client, system.settings);
      },
      async pull(cursor) {
        await client.renew();
        const { rows: _, ...pull } = await readWindow(cursor, jobWindow(client, system));
        return pull;
      },
      ...createDrive(client, system, tools),
    };
  },
});

function jobWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<Job> {
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 * 7 },
    // Asked by change, so an open job is listed again when there is something new.
    list: (from, to) => client.jobs({ from, to }),
    sight: (job) => ({
      ...{ key: job.jobId, changedAt: changedAt(job), open: isOpen(job, settings) },
      version: `${job.status} ${isOpen(job, settings) ? "" : job.lastUpdatedAt}`,
    }),
    async events(job) {
      const connection = await client.nameOf(job.connectionId);
      const wanted = !isOpen(job, settings) && jobNamed(settings.connections, connection);
      const detail = wanted ? await client.detail(job.jobId) : null;
      return jobEvents(job, { connection, detail }, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "airbyte", namespace, history: "Jobs", from, to }),
  };
}

/** A connection runs one job at a time, so the one under way, or begun since it was asked for, is the original. */
function createDrive(client: Client, { namespace, settings }: SystemOf<Settings>, { clock }: Tools) {
  const startOnce = createStarter(namespace, clock);
  return {
    async trigger(input: TriggerInput) {
      const connection = (await client.connections()).find(({ name }) => name === input.job);
      if (!connection || !jobNamed(settings.connections, connection.name)) {
        throw new VendorError("refused", `No connection "${input.job}" is declared and found in the workspace.`);
      }
      const { connectionId } = connection;
      return startOnce(input, {
        async original(since) {
          const now = client.vendorNow().getTime();
          const from = new Date(Math.min(now - 86_400_000, Date.parse(since ?? "") || now)).toISOString();
          const jobs = await allRows(client.jobs({ from, to: new Date(now + 1000).toISOString(), connectionId }));
          const begun = (job: Job) => since !== null && (iso(job.startTime) ?? "") >= since;
          return jobs.find((job) => isOpen(job, settings) || begun(job))?.jobId ?? null;
        },
        start: () => client.sync(connectionId),
      });
    },
    async cancel(jobId: string) {
      if (!(await client.job(jobId))) throw new VendorError("not-found", `Airbyte keeps no job ${jobId}.`);
      await client.cancel(jobId);
    },
  };
}

async function checked(client: Client, settings: Settings) {
  const all = await client.connections();
  const declared = all.filter(({ name }) => jobNamed(settings.connections, name));
  const missing = settings.connections.filter((each) => !all.some(({ name }) => jobNamed([each], name)));
  return {
    sees: [`${all.length} connections, ${declared.length} of them declared`],
    warnings: [
      ...missing.map(({ name }) => `No connection is named "${name}".`),
      // Airbyte switches a connection off after many failures in a row.
      ...declared
        .filter(({ status }) => status === "inactive")
        .map(({ name }) => `Connection "${name}" is switched off.`),
    ],
  };
}
