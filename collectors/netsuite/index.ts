import { defineCollector, type SystemOf, type Tools } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import type { RunWindow } from "../run-window.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type Client } from "./client.ts";
import { createDrive } from "./drive.ts";
import { PRODUCER, scriptRunEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { ledgerLine, periodsQuery, standingsOf, trialBalanceQuery } from "./suiteql.ts";
import { BalanceRow, PeriodRow, type ScriptRun } from "./vendor.ts";

/** Oracle NetSuite: runs of scripts through a RESTlet, the trial balance by SuiteQL. */
export const netsuite = defineCollector<typeof Settings, BooksCursor>({
  id: "netsuite",
  title: "Oracle NetSuite",
  capabilities: ["list-runs", "trigger", "counts", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of REST web services, for example https://1234567.suitetalk.api.netsuite.com",
    restletUrl: "the address of RESTlets, for example https://1234567.restlets.api.netsuite.com",
  },
  optional: {
    clientId: "for OAuth 2.0, the client id of the integration record",
    certificateId: "the id of the certificate mapped to it, its role and its user",
    privateKey: "the private key of that certificate, PEM",
    account: "for token-based authentication, the account id: 1234567, or 1234567_SB1 of a sandbox",
    consumerKey: "the consumer key of the integration record",
    consumerSecret: "its consumer secret",
    tokenId: "the id of the access token of a user and role",
    tokenSecret: "its secret",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system, tools),
      pull: (cursor) => readRunsAndLedger(cursor, runWindow(client, system), ledgerPlan(client, system)),
      ...createDrive(client, system, tools),
    };
  },
});

function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<ScriptRun> {
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    // The RESTlet lists every run that is not over, so none is asked for by itself.
    list: (from) => client.runs(from),
    sight: (run) => ({
      key: run.taskId,
      changedAt: run.endDate ?? run.startDate ?? run.dateCreated,
      open: !hasEnded(stateOf(run, settings)),
      version: `${run.status} ${run.startDate} ${run.endDate}`,
    }),
    events: (run) => scriptRunEvents(run, { namespace, settings }),
    gap: (from, to) => gapEvent({ collector: "netsuite", namespace, history: "Script runs", from, to }),
  };
}

function ledgerPlan(client: Client, { namespace, settings }: SystemOf<Settings>): LedgerPlan | null {
  const { ledger, version } = settings;
  if (!ledger) return null;
  return {
    ...ledger,
    async read(periods) {
      const rows = await client.query(trialBalanceQuery(ledger, periods), BalanceRow, ledger.pageSize);
      const shut = ledger.periods && (await client.query(periodsQuery(periods), PeriodRow, ledger.pageSize));
      return {
        ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: ledger.ledger, version },
        entities: Object.values(ledger.subsidiaries),
        lines: rows.map((row) => ledgerLine(row, ledger)),
        standings: shut ? standingsOf(shut, ledger) : undefined,
      };
    },
  };
}

async function checked(client: Client, { settings }: SystemOf<Settings>, { clock }: Tools) {
  const dayAgo = new Date(clock.now().getTime() - 86_400_000).toISOString();
  const titles = new Map<string, number>();
  for await (const page of client.runs(dayAgo)) {
    for (const { title } of page) titles.set(title, (titles.get(title) ?? 0) + 1);
  }
  const sees = [...titles].map(([title, runs]) => `"${title}": ${runs} runs since yesterday`);
  const { ledger } = settings;
  if (ledger) {
    const period = clock.now().toISOString().slice(0, 7);
    const rows = await client.query(trialBalanceQuery(ledger, [period]), BalanceRow, ledger.pageSize);
    sees.push(`the trial balance of ${period}: ${rows.length} lines`);
  }
  const other = [...titles.keys()].filter((title) => !jobNamed(settings.jobs, title));
  return {
    sees: [`${titles.size} scripts ran since yesterday`, ...sees],
    warnings: other.map((title) => `"${title}" is not in the settings; its runs are shown without datasets`),
  };
}
