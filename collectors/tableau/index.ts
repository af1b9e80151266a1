import { defineCollector, VendorError, type SystemOf, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { byTime, readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { hasEnded } from "../seen-run.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type TableauClient } from "./client.ts";
import { readLineage, type LineageMark } from "./lineage.ts";
import { jobEvents, listedState, nameOf, wordOf } from "./map.ts";
import { TableauSettings } from "./settings.ts";
import type { ListedJob } from "./vendor.ts";

/** Where reading stands: the jobs, and what was told of lineage. */
type Cursor = WindowCursor & { lineage?: LineageMark };

/** Tableau Server and Cloud: refreshes of extracts, runs of flows, and what feeds what. */
export const tableau = defineCollector<typeof TableauSettings, Cursor>({
  id: "tableau",
  title: "Tableau",
  capabilities: ["list-runs", "trigger", "cancel", "lineage"],
  settings: TableauSettings,
  connection: {
    url: "the address of the server or of the site's pod, for example https://10ax.online.tableau.com",
    tokenName: "the name of a personal access token",
    tokenSecret: "its secret",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    const start = createStarter(system.namespace, tools.clock);
    return {
      check: () => checked(client, system.settings),
      async pull(cursor) {
        const { rows: _, ...pull } = await readWindow(cursor, runWindow(client, system));
        const { events, mark } = await readLineage(client, system, cursor?.lineage ?? null, tools.log);
        const next: Cursor = { ...pull.cursor, ...(mark && { lineage: mark }) };
        return { ...pull, events: [...pull.events, ...events].sort(byTime), cursor: next };
      },
      trigger: async (input) => start(input, startOf(client, system, input)),
      async cancel(key) {
        if (!(await client.cancel(key))) throw new VendorError("not-found", `Tableau has no job ${key} under way.`);
      },
    };
  },
});

function runWindow(client: TableauClient, { namespace, settings }: SystemOf<TableauSettings>): RunWindow<ListedJob> {
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    list: (from) => client.jobs(from),
    // The list is by creation, so a job that is not over is asked for by itself.
    async again(id) {
      const job = await client.job(id);
      return job && { ...job, status: wordOf(job), endedAt: job.completedAt };
    },
    sight: ({ id, status, createdAt, startedAt, endedAt }) => ({
      ...{ key: id, changedAt: new Date(createdAt).toISOString(), open: !hasEnded(listedState(status)) },
      version: `${status} ${startedAt ?? ""} ${endedAt ?? ""}`,
    }),
    // Only the job itself says what is refreshed, and what was noted.
    async events({ id }) {
      const job = await client.job(id);
      return job ? jobEvents(job, { namespace, settings }) : [];
    },
    gap: (from, to) => gapEvent({ collector: "tableau", namespace, history: "Background jobs", from, to }),
  };
}

/** Tableau takes no mark of ours: a job of the name that is under way, or was created since, is the original. */
function startOf(client: TableauClient, { settings }: SystemOf<TableauSettings>, { job }: TriggerInput) {
  const refreshes = jobNamed(settings.jobs, job)?.job.refreshes;
  if (!refreshes) throw new VendorError("refused", `No refresh is declared that "${job}" would start.`);
  return {
    async original(since: string | null) {
      const from = since ?? new Date(client.vendorNow().getTime() - 86_400_000).toISOString();
      let original: string | null = null;
      for await (const page of client.jobs(from)) {
        for (const { id, status } of page) {
          if (since === null && hasEnded(listedState(status))) continue;
          const found = await client.job(id);
          if (found && nameOf(found) === job) original = id;
        }
      }
      return original;
    },
    start: () => client.refresh(refreshes),
  };
}

async function checked(client: TableauClient, settings: TableauSettings) {
  const dayAgo = new Date(client.vendorNow().getTime() - 86_400_000).toISOString();
  const names = new Map<string, number>();
  let looked = 0;
  for await (const page of client.jobs(dayAgo)) {
    for (const { id } of page) {
      // A few are enough to see names; each is a request.
      if (looked++ >= 20) break;
      const job = await client.job(id);
      if (job) names.set(nameOf(job), (names.get(nameOf(job)) ?? 0) + 1);
    }
  }
  const sees = [
    `${looked} jobs since yesterday`,
    ...[...names].map(([name, count]) => `"${name}": ${count} of those looked at`),
  ];
  const declared = [...names.keys()].some((name) => jobNamed(settings.jobs, name));
  const warnings = names.size > 0 && !declared ? ["No job of these has a name the settings declare."] : [];
  return { sees, warnings };
}
