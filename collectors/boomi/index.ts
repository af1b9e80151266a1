import { defineCollector, type SystemOf } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import { readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { createClient, type Client } from "./client.ts";
import { createDrive } from "./drive.ts";
import { changedAt, executionEvents, isOpen, isTest, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import type { ExecutionRecord } from "./vendor.ts";

/** Boomi: executions of processes, with what their documents carry as tracked fields. */
export const boomi = defineCollector<typeof Settings, WindowCursor>({
  id: "boomi",
  title: "Boomi",
  capabilities: ["list-runs", "trigger", "rerun", "rerun-from-failure", "cancel", "counts", "control-totals"],
  settings: Settings,
  connection: {
    apiUrl: "the address of the Platform API, for example https://api.boomi.com/api/rest/v1",
    user: "the user of an API token: BOOMI_TOKEN. and the address the token belongs to",
    token: "that API token",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      async pull(cursor) {
        const { rows: _, ...pull } = await readWindow(cursor, executionWindow(client, system));
        return pull;
      },
      ...createDrive(client, system, tools),
    };
  },
});

function executionWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<ExecutionRecord> {
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 * 7 },
    async *list(from, to) {
      for await (const page of client.changed(from, to)) yield page.filter((record) => !isTest(record));
    },
    again: client.record,
    sight: (record) => ({
      ...{ key: record.executionId, changedAt: changedAt(record), open: isOpen(record, settings) },
      version: `${record.status} ${hasDocuments(record)} ${isOpen(record, settings) ? "" : record.recordedDate}`,
    }),
    async events(record) {
      const declared = jobNamed(settings.processes, record.processName ?? "") !== undefined;
      const some = declared ? await client.documents(record.executionId) : [];
      const partial = declared && stateOf(record, settings) === "partial";
      const refused = partial ? await client.documents(record.executionId, "ERROR") : [];
      return executionEvents(record, { some, refused }, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "boomi", namespace, history: "Execution records", from, to }),
  };
}

/** Documents of an open execution carry its tracked fields from some moment on. */
function hasDocuments({ inboundDocumentCount }: ExecutionRecord): string {
  return inboundDocumentCount ? "with documents" : "";
}

async function checked(client: Client, { processes }: Settings) {
  const now = client.vendorNow();
  const dayAgo = new Date(now.getTime() - 86_400_000).toISOString();
  const records = await allRows(client.changed(dayAgo, now.toISOString()));
  const names = new Set(records.map(({ processName }) => processName ?? ""));
  const missing = processes.filter((process) => ![...names].some((name) => jobNamed([process], name)));
  return {
    sees: [`${records.length} executions of ${names.size} processes in the last day`],
    warnings: missing.map(({ name }) => `No process "${name}" was executed in the last day.`),
  };
}
