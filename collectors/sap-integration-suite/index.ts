import { VendorError, defineCollector, type Triggered, type TriggerInput } from "../collector.ts";
import { filled, jobPattern } from "../job-name.ts";
import { runIdOf } from "../run-id.ts";
import { createClient, type Client } from "./client.ts";
import { pullLogs, type Cursor } from "./pull.ts";
import { Settings } from "./settings.ts";

/** SAP Integration Suite, Cloud Integration: message processing logs as runs, custom headers as control totals. */
export const sapIntegrationSuite = defineCollector<typeof Settings, Cursor>({
  id: "sap-integration-suite",
  title: "SAP Integration Suite",
  capabilities: ["list-runs", "trigger", "counts", "control-totals"],
  settings: Settings,
  connection: {
    url: "`url` of a Process Integration Runtime service key, plan api",
    tokenUrl: "`tokenurl` of the same key",
    clientId: "`clientid` of the same key, with the role MonitoringDataRead",
    clientSecret: "`clientsecret` of the same key",
  },
  open({ namespace, settings, connection }, tools) {
    const client = createClient(settings, connection, tools);
    const mapping = { namespace, settings };
    return {
      async check() {
        const hourAgo = new Date(tools.clock.now().getTime() - 3_600_000).toISOString();
        const { rows } = await client.logsSince(hourAgo);
        const known = settings.iflows.map((iflow) => jobPattern(iflow.name));
        const names = new Set(rows.map((row) => row.IntegrationFlowName ?? ""));
        const other = [...names].filter((name) => !known.some((pattern) => pattern.entityIn(name) !== null));
        return {
          sees: [`${rows.length} messages in the last hour`, ...names],
          warnings: other.map((name) => `iFlow ${name} is not in the settings; its runs are shown without datasets`),
        };
      },
      pull: (cursor) => pullLogs(cursor, { client, mapping, now: tools.clock.now(), log: tools.log }),
      trigger: (input) => trigger(client, settings, namespace, input),
    };
  },
});

async function trigger(client: Client, settings: Settings, namespace: string, input: TriggerInput): Promise<Triggered> {
  const iflow = settings.iflows.find((each) => jobPattern(each.name).entityIn(input.job) !== null);
  if (!iflow?.trigger) {
    throw new VendorError(
      "refused",
      `${input.job} has no HTTPS sender endpoint in the settings and cannot be started.`,
    );
  }
  const answer = (guid: string, adopted: boolean) => ({
    vendorRunKey: guid,
    runId: runIdOf(namespace, guid),
    jobName: input.job,
    adopted,
  });
  const earlier = await client.logOfApplication(input.idempotencyKey);
  if (earlier) return answer(earlier.MessageGuid, true);
  const path = filled(iflow.trigger, jobPattern(iflow.name).entityIn(input.job) ?? "");
  const guid = await client.send(path, input.idempotencyKey, input.parameters);
  const sent = guid ?? (await client.logOfApplication(input.idempotencyKey))?.MessageGuid;
  if (!sent) throw new VendorError("nonsense", `${input.job} took the message but does not say under which id.`);
  return answer(sent, false);
}
