import { defineCollector, VendorError, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { filled } from "../job-name.ts";
import { runIdOf } from "../run-id.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type Client } from "./client.ts";
import { ledgerLines } from "./ledger.ts";
import { executionEvents, instant, PRODUCER, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import type { ExecutionDetail } from "./vendor.ts";

const DAY = 86_400_000;

/** Microsoft Dynamics 365 Finance: executions of data management projects, net amounts of the general ledger. */
export const dynamics365Finance = defineCollector<typeof Settings, BooksCursor>({
  id: "dynamics-365-finance",
  title: "Microsoft Dynamics 365 Finance",
  capabilities: ["list-runs", "trigger", "counts", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of the environment, for example https://contoso.operations.dynamics.com",
    authUrl: "the address of the sign-in service, for example https://login.microsoftonline.com",
    clientId: "the application (client) id, mapped to a user under Microsoft Entra applications",
    clientSecret: "a secret of that application",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system, tools),
      pull: (cursor) => readRunsAndLedger(cursor, runWindow(client, system), ledgerPlan(client, system)),
      trigger: createTrigger(client, system, tools),
    };
  },
});

function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<ExecutionDetail[]> {
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    async *list(from) {
      yield await client.executionsSince(from);
    },
    again: client.execution,
    sight(rows) {
      const times = rows.flatMap((row) => [row.StagingStartDateTime, row.StagingEndDateTime, row.TargetEndDateTime]);
      return {
        key: rows[0]!.JobId,
        changedAt:
          times
            .flatMap((time) => instant(time) ?? [])
            .sort()
            .at(-1) ?? new Date(0).toISOString(),
        open: !hasEnded(stateOf(rows, settings)),
        version: rows.map((row) => `${row.EntityName} ${row.StagingStatus} ${row.TargetStatus}`).join(", "),
      };
    },
    async events(rows) {
      const state = stateOf(rows, settings);
      const errors = state === "failed" || state === "partial" ? await client.errors(rows[0]!.JobId) : [];
      return executionEvents(rows, errors, { namespace, settings });
    },
    gap: (from, to) =>
      gapEvent({ collector: "dynamics-365-finance", namespace, history: "Executions of data projects", from, to }),
  };
}

function ledgerPlan(client: Client, { namespace, settings }: SystemOf<Settings>): LedgerPlan | null {
  const { ledger, version } = settings;
  if (!ledger) return null;
  return {
    ...ledger,
    async read(periods) {
      const numbers = ledger.accounts ? await client.accountNumbers(ledger.accounts) : null;
      const activities = await client.activities(ledger, `${periods[0]}-01`, `${periods.at(-1)}-31`);
      return {
        ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: ledger.ledger, version },
        entities: Object.values(ledger.ledgers),
        lines: ledgerLines(activities, numbers, ledger),
      };
    },
  };
}

/** The execution's id is chosen by us, so a second start of the same request finds the first. */
function createTrigger(client: Client, { namespace, settings }: SystemOf<Settings>, { clock }: Tools) {
  const startOnce = createStarter(namespace, clock);
  return async (input: TriggerInput) => {
    const declared = jobNamed(settings.jobs, input.job);
    if (!declared?.job.exports) {
      throw new VendorError("refused", `No data project "${input.job}" is declared to be exported.`);
    }
    const { packageName, legalEntityId } = declared.job.exports;
    const executionId = `${input.job}-${runIdOf(namespace, `request/${input.idempotencyKey}`)}`;
    return startOnce(input, {
      async original(since) {
        const from = new Date(Date.parse(since ?? clock.now().toISOString()) - DAY).toISOString();
        const begun = await client.executionsOf(input.job, from);
        const isOriginal = (rows: ExecutionDetail[]) =>
          rows[0]!.JobId === executionId || !hasEnded(stateOf(rows, settings));
        return begun.findLast(isOriginal)?.[0]?.JobId ?? null;
      },
      async start() {
        await client.exportToPackage({
          ...{ definitionGroupId: input.job, packageName, executionId, reExecute: false },
          legalEntityId: filled(legalEntityId, declared.entity),
        });
        return executionId;
      },
    });
  };
}

async function checked(client: Client, { settings }: SystemOf<Settings>, { clock }: Tools) {
  const weekAgo = new Date(clock.now().getTime() - 7 * DAY).toISOString();
  const executions = await client.executionsSince(weekAgo);
  const projects = [...new Set(executions.map(([first]) => first!.DefinitionGroupId))];
  const sees = [`${executions.length} executions of ${projects.length} data projects in a week`];
  const warnings = projects
    .filter((project) => !jobNamed(settings.jobs, project))
    .map((project) => `data project "${project}" is not in the settings; its runs are shown without datasets`);
  if (settings.ledger) {
    const today = clock.now().toISOString().slice(0, 10);
    const activities = await client.activities(settings.ledger, `${today.slice(0, 7)}-01`, today);
    sees.push(`${activities.length} rows of the ledger's aggregate this month`);
  }
  return { sees, warnings };
}
