import { defineCollector, type SystemOf } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type Client } from "./client.ts";
import { changedAt, keyOf, ledgerLine, PRODUCER, rowEvents, stateOf, type Row } from "./map.ts";
import { Settings } from "./settings.ts";

/** SAP ECC: IDocs and background jobs, totals of the general ledger, through a Gateway service of the system's own. */
export const sapEcc = defineCollector<typeof Settings, BooksCursor>({
  id: "sap-ecc",
  title: "SAP ECC",
  capabilities: ["list-runs", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of the system or its Gateway hub, for example https://ecc.acme.example:44300",
    user: "a user of the type System",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => readRunsAndLedger(cursor, runWindow(client, system), ledgerPlan(client, system)),
    };
  },
});

function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<Row> {
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 },
    // Both lists are by change, so an open one is on them again when there is something new.
    async *list(from, to) {
      if (settings.reads.jobs) yield* client.jobs(from, to);
      if (settings.reads.idocs) yield* client.idocs(from, to);
    },
    sight: (row) => ({
      key: keyOf(row),
      changedAt: changedAt(row, settings) ?? new Date(0).toISOString(),
      open: !hasEnded(stateOf(row, settings)),
      version: `${(row.idoc ?? row.job).STATUS} ${changedAt(row, settings)}`,
    }),
    events: (row) => rowEvents(row, { namespace, settings }),
    gap: (from, to) => gapEvent({ collector: "sap-ecc", namespace, history: "IDocs and background jobs", from, to }),
  };
}

function ledgerPlan(client: Client, { namespace, settings }: SystemOf<Settings>): LedgerPlan | null {
  const { ledger, version } = settings;
  if (!ledger) return null;
  return {
    ...ledger,
    read: async (periods) => ({
      ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: ledger.ledger, version },
      entities: ledger.entities,
      lines: (await client.totals(ledger, periods)).map(ledgerLine),
    }),
  };
}

async function checked(client: Client, settings: Settings) {
  const now = client.now();
  const dayAgo = new Date(now.getTime() - 86_400_000).toISOString();
  const [sees, warnings]: string[][] = [[], []];
  const count = async (what: string, list: AsyncIterable<Row[]>) => {
    const rows = await allRows(list);
    const declared = rows.filter((row) => row.job && jobNamed(settings.jobs, row.job.JOBNAME)).length;
    sees!.push(`${rows.length} ${what} since yesterday${declared > 0 ? `, ${declared} of them declared` : ""}`);
  };
  if (settings.reads.jobs) await count("background jobs", client.jobs(dayAgo, now.toISOString()));
  if (settings.reads.idocs) await count("IDocs", client.idocs(dayAgo, now.toISOString()));
  if (settings.ledger) {
    const period = now.toISOString().slice(0, 7);
    sees!.push(`${(await client.totals(settings.ledger, [period])).length} totals of ${period}`);
  }
  if (!settings.reads.jobs && !settings.reads.idocs) warnings!.push("neither jobs nor IDocs are read");
  return { sees: sees!, warnings: warnings! };
}
