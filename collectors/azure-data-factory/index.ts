import { defineCollector, type Pull, type SystemOf } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { jobNamed } from "../declared-job.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import { createClient, type Client } from "./client.ts";
import { createDrive } from "./drive.ts";
import { instant, isOver, needsActivities, pipelineRunEvents } from "./map.ts";
import { Settings } from "./settings.ts";
import type { PipelineRun } from "./vendor.ts";

/** Azure Data Factory, and pipelines of Synapse: pipeline runs with the rows their Copy activities moved. */
export const azureDataFactory = defineCollector<typeof Settings, WindowCursor>({
  id: "azure-data-factory",
  title: "Azure Data Factory",
  capabilities: [
    "list-jobs",
    "list-runs",
    "trigger",
    "rerun",
    "rerun-from-failure",
    "cancel",
    "counts",
    "control-totals",
  ],
  settings: Settings,
  connection: {
    apiUrl: "the address of Azure Resource Manager, for example https://management.azure.com",
    authUrl: "the address of the sign-in service, for example https://login.microsoftonline.com",
    clientId: "the application (client) id of the service principal",
    clientSecret: "a secret of that application",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => pullRuns(cursor, system, client),
      ...createDrive(client, system, tools),
    };
  },
});

/** `lastUpdated` moves with every change of state, so the window alone finds starts, ends and what came late. */
function pullRuns(
  cursor: WindowCursor | null,
  system: SystemOf<Settings>,
  client: Client,
): Promise<Pull<WindowCursor>> {
  const { namespace, settings } = system;
  const mapping = { namespace, settings };
  const now = client.vendorNow();
  return readWindow<PipelineRun>(cursor, {
    now,
    retentionDays: settings.retentionDays,
    overlapMinutes: settings.overlapMinutes,
    sliceHours: 24 * 7,
    list: (after, before) => client.runs({ after, before }),
    sight: (run) => ({
      key: run.runId,
      changedAt: instant(run.lastUpdated) ?? now.toISOString(),
      open: !isOver(run, settings),
      version: [run.status, run.runStart, run.runEnd].join(" "),
    }),
    async events(run) {
      const window = { after: run.runStart ?? run.lastUpdated, before: now.toISOString() };
      const activities = needsActivities(run, mapping) ? await client.activities(run.runId, window) : [];
      return pipelineRunEvents(run, activities, mapping);
    },
    gap: (from, to) => gapEvent({ collector: "azure-data-factory", namespace, history: "Pipeline runs", from, to }),
  });
}

async function checked(client: Client, { pipelines }: Settings) {
  const names = await client.pipelines();
  const declared = names.filter((name) => jobNamed(pipelines, name));
  const missing = pipelines.filter((pipeline) => !names.some((name) => jobNamed([pipeline], name)));
  return {
    sees: [`${names.length} pipelines, ${declared.length} of them declared`],
    warnings: missing.map(({ name }) => `No pipeline is named "${name}".`),
  };
}
