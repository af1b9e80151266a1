import { defineCollector, VendorError } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { allRows } from "../pages.ts";
import { createClient, type SalesforceClient } from "./client.ts";
import { createDrive } from "./drive.ts";
import { bulkName } from "./map.ts";
import { openPubSub } from "./pub-sub.ts";
import { createPull, type Cursor } from "./pull.ts";
import { SalesforceSettings } from "./settings.ts";

/** Salesforce: jobs of Bulk API 2.0, Apex jobs, what an object adds up to, and changes of records. */
export const salesforce = defineCollector<typeof SalesforceSettings, Cursor>({
  id: "salesforce",
  title: "Salesforce",
  capabilities: ["list-runs", "push", "rerun-from-failure", "cancel", "counts", "control-totals"],
  settings: SalesforceSettings,
  connection: {
    url: "the address of My Domain, for example https://acme.my.salesforce.com",
    clientId: "the consumer key of a connected app",
    clientSecret: "its consumer secret",
  },
  optional: {
    pubSub: "for change events, the address of the Pub/Sub API where it is not https://api.pubsub.salesforce.com:7443",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: createPull(client, system, tools),
      ...createDrive(client, system),
    };
  },
});

async function checked(client: SalesforceClient, settings: SalesforceSettings) {
  const sees = settings.changes ? [await checkedTopic(client, settings.changes.topic)] : [];
  let declared = 0;
  for (const kind of settings.reads) {
    if (kind === "apex") {
      const since = new Date(client.now().getTime() - 86_400_000).toISOString();
      sees.push(`${(await allRows(client.apexJobs(since))).length} Apex jobs since yesterday`);
      continue;
    }
    const jobs = await allRows(client.bulkJobs(kind));
    declared += jobs.filter((job) => jobNamed(settings.jobs, bulkName(job, settings))).length;
    sees.push(`${jobs.length} bulk jobs of the kind ${kind}`);
  }
  const missed = settings.jobs.length > 0 && declared === 0 && !settings.reads.includes("apex");
  return { sees, warnings: missed ? ["No bulk job has a name the settings declare."] : [] };
}

async function checkedTopic(client: SalesforceClient, topic: string): Promise<string> {
  const pubSub = await openPubSub(client.pubSub());
  try {
    if (await pubSub.maySubscribe(topic)) return `change events of ${topic}`;
    throw new VendorError("forbidden", `The change events of ${topic} may not be subscribed to.`);
  } finally {
    pubSub.close();
  }
}
