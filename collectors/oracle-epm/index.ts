import { defineCollector, VendorError, type SystemOf, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { hasEnded } from "../seen-run.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type EpmClient } from "./client.ts";
import { createConsole, type JobConsole } from "./console.ts";
import { createPull, type EpmCursor } from "./pull.ts";
import { EpmSettings } from "./settings.ts";

/** Oracle EPM Cloud (Planning, Financial Consolidation and Close): jobs by the job console, and what cubes hold. */
export const oracleEpm = defineCollector<typeof EpmSettings, EpmCursor>({
  id: "oracle-epm",
  title: "Oracle EPM Cloud",
  capabilities: ["list-jobs", "list-runs", "trigger", "counts", "control-totals"],
  settings: EpmSettings,
  connection: {
    url: "the address of the environment, for example https://epm-acme.epm.eu-frankfurt-1.ocs.oraclecloud.com",
    user: "the user that signs in; in classic environments with its identity domain before it",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    const console = createConsole(client, system.settings, tools);
    const wanted = { now: false };
    const start = createStarter(system.namespace, { now: client.vendorNow });
    return {
      check: () => checked(client, system.settings),
      pull: createPull({ system, client, console, clock: tools.clock, log: tools.log, wanted }),
      async trigger(input) {
        const how = startOf(client, console, system, input);
        const triggered = await start(input, how);
        wanted.now = true;
        return triggered;
      },
    };
  },
});

/** Oracle takes no mark of ours, so the console is asked for the original: a job that runs, or that began since. */
function startOf(client: EpmClient, console: JobConsole, { settings }: SystemOf<EpmSettings>, input: TriggerInput) {
  const declared = jobNamed(settings.jobs, input.job);
  if (!declared) throw new VendorError("refused", `No job "${input.job}" is declared in the settings.`);
  const { job, entity } = declared;
  const given: Record<string, string> = { entity, ...input.parameters };
  const parameters = Object.fromEntries(
    Object.entries(job.parameters).map(([name, value]) => [
      name,
      value.replace(/\{(\w+)\}/g, (_, key: string) => given[key] ?? ""),
    ]),
  );
  return {
    async original(since: string | null) {
      const rows = await console.now(since ?? client.vendorNow().toISOString());
      const isOriginal = (row: (typeof rows)[number]) =>
        row.name === input.job && (!hasEnded(row.state) || (since !== null && row.startedAt >= since));
      return rows.findLast(isOriginal)?.jobId ?? null;
    },
    start: () => client.start(job, input.job, parameters),
  };
}

async function checked(client: EpmClient, settings: EpmSettings) {
  const applications = await client.applications();
  const definitions = await client.definitions();
  const declared = definitions.filter(({ jobName }) => jobNamed(settings.jobs, jobName));
  const sees = [
    `${applications.length} applications`,
    `${definitions.length} job definitions, ${declared.length} of them declared`,
  ];
  const warnings: string[] = [];
  if (!applications.includes(settings.application)) warnings.push(`There is no application "${settings.application}".`);
  if (declared.length === 0) warnings.push("No job has a name the settings declare.");
  return { sees, warnings };
}
