import { defineCollector, VendorError } from "../collector.ts";
import { createClient, type AdaptiveClient } from "./client.ts";
import { logLines } from "./map.ts";
import { createPull, type AdaptiveCursor } from "./pull.ts";
import { AdaptiveSettings } from "./settings.ts";

/** Workday Adaptive Planning: loads as the load log tells them, and what versions of the plan hold. */
export const workdayAdaptive = defineCollector<typeof AdaptiveSettings, AdaptiveCursor>({
  id: "workday-adaptive",
  title: "Workday Adaptive Planning",
  capabilities: ["list-runs", "counts", "control-totals"],
  settings: AdaptiveSettings,
  connection: {
    url: "the address of the API, for example https://api.adaptiveplanning.com",
    login: "the user that signs in",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return { check: () => checked(client, system.settings), pull: createPull(system, client, tools.log) };
  },
});

async function checked(client: AdaptiveClient, settings: AdaptiveSettings) {
  const versions = await client.versions();
  const rows = await client.log();
  const lines = logLines(rows, settings);
  const sees = [`${versions.length} versions`, `${lines.length} loads in "${settings.loadLog.sheet}"`];
  const warnings: string[] = [];
  if (lines.length < rows.length) {
    warnings.push(`${rows.length - lines.length} rows of the load log have no key, job or start and are passed over.`);
  }
  for (const job of settings.jobs) {
    if (!versions.includes(job.planVersion)) warnings.push(`Adaptive shows no version "${job.planVersion}".`);
  }
  if (versions.length === 0) throw new VendorError("forbidden", "Adaptive shows no version; the user may lack access.");
  return { sees, warnings };
}
