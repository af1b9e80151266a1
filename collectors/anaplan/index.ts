import { defineCollector } from "../collector.ts";
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
      pull: createPull({ system, tools, client, processes }),
      ...createDrive(client, processes, system.namespace),
    };
  },
});

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
