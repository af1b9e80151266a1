import { defineCollector, type Pull, type SystemOf } from "../collector.ts";
import { readCloudWorks } from "./cloud-works.ts";
import { createClient, type AnaplanClient } from "./client.ts";
import { createDrive } from "./drive.ts";
import { createProcesses, type Processes } from "./processes.ts";
import { createPull, type AnaplanCursor } from "./pull.ts";
import { AnaplanSettings } from "./settings.ts";

/** Anaplan: tasks of the declared processes, the rows they refused, and what the modules add up to. */
export const anaplan = defineCollector<typeof AnaplanSettings, AnaplanCursor>({
  id: "anaplan",
  title: "Anaplan",
  capabilities: ["list-jobs", "list-runs", "trigger", "cancel", "counts", "control-totals", "lineage"],
  settings: AnaplanSettings,
  connection: {
    apiUrl: "the address of the Integration API, for example https://api.anaplan.com/2/0",
    authUrl: "the address of the authentication service, for example https://auth.anaplan.com",
    user: "the user that signs in",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    const processes = createProcesses(client, system.settings, tools.clock);
    return {
      check: () => checked(client, processes, system.settings),
      pull: withCloudWorks(createPull({ system, tools, client, processes }), client, system),
      ...createDrive(client, processes, system.namespace),
    };
  },
});

/** Reads CloudWorks on beside the tasks of the model, where the settings ask for it. */
function withCloudWorks(
  pull: (cursor: AnaplanCursor | null) => Promise<Pull<AnaplanCursor>>,
  client: AnaplanClient,
  system: SystemOf<AnaplanSettings>,
): (cursor: AnaplanCursor | null) => Promise<Pull<AnaplanCursor>> {
  if (!system.settings.cloudWorks) return pull;
  return async (before) => {
    const tasks = await pull(before);
    // Tasks are told first, so that they are not hidden while CloudWorks cannot be read.
    if (tasks.events.length > 0) return { ...tasks, more: true };
    const cloud = await readCloudWorks(client, system, before?.cloudWorks ?? null);
    return {
      events: cloud.events,
      cursor: { ...tasks.cursor, cloudWorks: cloud.cursor },
      more: tasks.more || cloud.more,
      openRuns: tasks.openRuns + cloud.openRuns,
    };
  };
}

async function checked(client: AnaplanClient, processes: Processes, settings: AnaplanSettings) {
  const found = await processes.list();
  const sees = [`${processes.visible()} processes, ${found.length} of them declared`];
  const warnings: string[] = [];
  for (const load of settings.loads) {
    const count = found.filter((process) => process.load === load).length;
    if (count === 0) warnings.push(`No process is named like "${load.process}".`);
    if (load.totalsView) sees.push(...(await viewOf(client, load.totalsView)));
  }
  if (settings.loadLog) sees.push(...(await viewOf(client, settings.loadLog.latestView)));
  else warnings.push("No load log is declared: tasks cannot be placed in a period, and every poll asks every process.");
  if (settings.cloudWorks) {
    const integrations = await client.cloudWorks.integrations();
    sees.push(`${integrations.length} integrations of CloudWorks`);
    if (integrations.length === 0)
      warnings.push("CloudWorks shows no integration; the user may lack its role or the workspace.");
  }
  if (settings.audit) {
    const now = client.vendorNow().getTime();
    sees.push(`${(await client.audit(now - 86_400_000, now)).length} entries of the audit trail since yesterday`);
  }
  const [first] = found;
  if (first) {
    const tasks = await client.tasks(first.id, () => true);
    if (tasks.length > 0) sees.push(`${tasks.length} tasks of "${first.name}"`);
    else warnings.push(`"${first.name}" has no tasks; that can also mean the user may not see them.`);
  }
  return { sees, warnings };
}

async function viewOf(client: AnaplanClient, viewId: string): Promise<string[]> {
  const { pages, rows } = await client.viewMetadata(viewId);
  const names = [...pages, ...rows].map(({ name }) => name).join(" × ");
  return [`view ${viewId}${names ? ` (${names})` : ""}`];
}
