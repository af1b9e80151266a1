import { defineCollector } from "../collector.ts";
import { createClient } from "./client.ts";
import { createDrive } from "./drive.ts";
import { pullSystem, type Cursor } from "./pull.ts";
import { Settings } from "./settings.ts";

/** SAP S/4HANA: application jobs as runs, their logs and the ledger itself as control totals. */
export const sapS4hana = defineCollector<typeof Settings, Cursor>({
  id: "sap-s4hana",
  title: "SAP S/4HANA",
  capabilities: ["list-jobs", "list-runs", "trigger", "rerun-from-failure", "cancel", "counts", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of the system's API host, for example https://my300000-api.s4hana.ondemand.com",
    user: "a communication user of the arrangements SAP_COM_0064, SAP_COM_0326 and SAP_COM_0087",
    password: "that user's password",
  },
  open({ namespace, settings, connection }, tools) {
    const client = createClient(settings, connection, tools);
    const drive = createDrive(client, settings, { namespace, user: connection.user ?? "" }, tools.clock);
    let statusTexts: Promise<ReadonlyMap<string, string>> | null = null;
    const loadStatusTexts = () => {
      statusTexts ??= client.statusTexts().catch((error: unknown) => {
        statusTexts = null;
        throw error;
      });
      return statusTexts;
    };
    return {
      async check() {
        const [texts, templates] = await Promise.all([loadStatusTexts(), client.templates()]);
        const wanted = settings.jobs.flatMap(({ template }) => template ?? []);
        const missing = wanted.filter((template) => !templates.includes(template));
        const alone = settings.discovery === "watchList" ? ["only runs started through Tieout are seen"] : [];
        return {
          sees: [`${templates.length} job templates`, `${texts.size} job statuses`],
          warnings: [...missing.map((template) => `there is no job template ${template}`), ...alone],
        };
      },
      async pull(cursor) {
        const mapping = { namespace, settings, statusTexts: await loadStatusTexts() };
        const now = tools.clock.now();
        return pullSystem(cursor, { client, mapping, now, log: tools.log, learned: drive.started });
      },
      trigger: drive.trigger,
      rerun: drive.rerun,
      cancel: client.cancel,
    };
  },
});
