import { defineCollector } from "../collector.ts";
import { createClient, type PowerbiClient } from "./client.ts";
import { createDrive } from "./drive.ts";
import { readContents } from "./model-contents.ts";
import { createPull, type PowerbiCursor } from "./pull.ts";
import { PowerbiSettings } from "./settings.ts";

/** Power BI: refreshes of semantic models, what the models add up to, and what reports and models are fed from. */
export const powerbi = defineCollector<typeof PowerbiSettings, PowerbiCursor>({
  id: "powerbi",
  title: "Power BI",
  capabilities: ["list-jobs", "list-runs", "trigger", "cancel", "control-totals", "lineage"],
  settings: PowerbiSettings,
  connection: {
    apiUrl: "the address of the REST API, for example https://api.powerbi.com/v1.0/myorg",
    authUrl: "the address of the sign-in service, for example https://login.microsoftonline.com",
    clientId: "the application (client) id of the service principal",
    clientSecret: "a secret of that application",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: createPull({ system, tools, client }),
      ...createDrive(client, system),
    };
  },
});

async function checked(client: PowerbiClient, settings: PowerbiSettings) {
  const sees: string[] = [];
  const warnings: string[] = [];
  for (const model of settings.models) {
    const refreshes = await client.refreshes(model);
    sees.push(`"${model.name}": ${refreshes.length} refreshes, the newest ${refreshes[0]?.startTime ?? "never"}`);
    if (refreshes.length === 0)
      warnings.push(`"${model.name}" shows no refresh within the seven days the vendor keeps.`);
    if (!model.totals) continue;
    try {
      const contents = await readContents(client, model, model.totals);
      if (contents) sees.push(`"${model.name}": figures of ${contents.positions.length} entities and periods`);
    } catch (error) {
      warnings.push(`"${model.name}" could not be asked for its totals: ${(error as Error).message}`);
    }
  }
  return { sees, warnings };
}
