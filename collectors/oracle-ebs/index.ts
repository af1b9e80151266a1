import { defineCollector, type SystemOf } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type Client } from "./client.ts";
import { createDrive } from "./drive.ts";
import { changedAt, jobNameOf, ledgerLines, PRODUCER, requestEvents, standingsOf, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import type { ConcurrentRequest } from "./vendor.ts";

/** Oracle E-Business Suite: concurrent requests and balances, through a package deployed as a REST service. */
export const oracleEbs = defineCollector<typeof Settings, BooksCursor>({
  id: "oracle-ebs",
  title: "Oracle E-Business Suite",
  capabilities: ["list-runs", "trigger", "cancel", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of the application tier, for example https://ebs.acme.example:4443",
    user: "an applications user",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => readRunsAndLedger(cursor, runWindow(client, system), ledgerPlan(client, system)),
      ...createDrive(client, system, tools),
    };
  },
});

function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<ConcurrentRequest> {
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 },
    list: client.changed,
    // A request that hangs is not written to, so it is looked after by its number.
    again: client.request,
    sight: (request) => ({
      key: request.REQUEST_ID,
      changedAt: changedAt(request, settings),
      open: !hasEnded(stateOf(request, settings)),
      version: `${request.PHASE_CODE}${request.STATUS_CODE} ${request.LAST_UPDATE_DATE}`,
    }),
    async events(request) {
      const parentId = Number(request.PARENT_REQUEST_ID ?? -1);
      const parent = parentId > 0 ? await client.request(String(parentId)) : null;
      return requestEvents(request, parent, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "oracle-ebs", namespace, history: "Concurrent requests", from, to }),
  };
}

function ledgerPlan(client: Client, { namespace, settings }: SystemOf<Settings>): LedgerPlan | null {
  const { ledger, version } = settings;
  if (!ledger) return null;
  return {
    ...ledger,
    read: async (periods) => ({
      ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: ledger.ledger, version },
      entities: Object.values(ledger.entities),
      lines: ledgerLines(await client.totals(ledger, periods), ledger),
      standings: ledger.periods ? standingsOf(await client.periods(ledger, periods), ledger) : undefined,
    }),
  };
}

async function checked(client: Client, settings: Settings) {
  const now = client.now();
  const dayAgo = new Date(now.getTime() - 86_400_000).toISOString();
  const requests = await allRows(client.changed(dayAgo, now.toISOString()));
  const declared = requests.filter((request) => jobNamed(settings.jobs, jobNameOf(request, settings)));
  const sees = [`${requests.length} requests since yesterday, ${declared.length} of them of declared jobs`];
  if (settings.ledger) {
    const period = now.toISOString().slice(0, 7);
    sees.push(`${(await client.totals(settings.ledger, [period])).length} totals of ${period}`);
  }
  const warnings = declared.length === 0 ? ["no request since yesterday is of a declared job"] : [];
  return { sees, warnings };
}
