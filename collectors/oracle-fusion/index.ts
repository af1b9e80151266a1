import { defineCollector, type SystemOf, type Tools } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type Client } from "./client.ts";
import { createDrive } from "./drive.ts";
import { ledgerLines } from "./ledger.ts";
import { jobNameOf, PRODUCER, requestEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import type { EssRequest } from "./vendor.ts";

/** Oracle Fusion Cloud ERP: requests of the Enterprise Scheduler, balances of ledgers. */
export const oracleFusion = defineCollector<typeof Settings, BooksCursor>({
  id: "oracle-fusion",
  title: "Oracle Fusion Cloud ERP",
  capabilities: ["list-runs", "trigger", "cancel", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of the pod, for example https://acme.fa.em2.oraclecloud.com",
    user: "an integration user",
    password: "that user's password",
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

function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<EssRequest> {
  const isDeclared = (request: EssRequest) => jobNamed(settings.jobs, jobNameOf(request, settings)) !== undefined;
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 * 7 },
    async *list(from) {
      yield* client.submittedSince(from);
      yield* client.completedSince(from);
    },
    again: client.request,
    sight: (request) => ({
      key: String(request.requestId),
      changedAt: new Date(request.completedTime ?? request.submissionTime).toISOString(),
      // Of jobs nobody declared the end is listed too, and that is enough.
      open: isDeclared(request) && !hasEnded(stateOf(request, settings)),
      version: `${request.state} ${request.processStartTime} ${request.retriedCount ?? 0}`,
    }),
    async events(request) {
      const whole = isDeclared(request) ? await client.request(String(request.requestId)) : request;
      const parentId = request.parentRequestId ?? 0;
      const isChild = parentId > 0 && parentId !== request.requestId;
      const parent = isChild ? await client.request(String(parentId)) : null;
      return requestEvents(whole ?? request, parent, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "oracle-fusion", namespace, history: "Scheduled requests", from, to }),
  };
}

function ledgerPlan(client: Client, { namespace, settings }: SystemOf<Settings>): LedgerPlan | null {
  const { ledger, version } = settings;
  if (!ledger) return null;
  return {
    ...ledger,
    async read(periods) {
      const lines = [];
      for (const period of periods) {
        for (const entity of Object.keys(ledger.entities)) {
          lines.push(...ledgerLines(await client.balances(entity, period, ledger), { entity, period }, ledger));
        }
      }
      return {
        ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: ledger.ledger, version },
        ...{ entities: Object.keys(ledger.entities), lines },
      };
    },
  };
}

async function checked(client: Client, { settings }: SystemOf<Settings>, { clock }: Tools) {
  const dayAgo = new Date(clock.now().getTime() - 86_400_000).toISOString();
  const names = new Map<string, number>();
  for await (const page of client.submittedSince(dayAgo)) {
    for (const request of page) {
      const name = jobNameOf(request, settings);
      names.set(name, (names.get(name) ?? 0) + 1);
    }
  }
  const sees = [`${[...names.values()].reduce((sum, each) => sum + each, 0)} requests since yesterday`];
  for (const [name, count] of names) if (jobNamed(settings.jobs, name)) sees.push(`"${name}": ${count} requests`);
  const warnings: string[] = [];
  const [entity] = Object.keys(settings.ledger?.entities ?? {});
  if (settings.ledger && entity) {
    const period = clock.now().toISOString().slice(0, 7);
    const { length } = await client.balances(entity, period, settings.ledger);
    sees.push(`${length} balances of ${entity} in ${period}`);
  }
  if (settings.jobs.length > 0 && sees.length === 1) warnings.push("no request since yesterday is of a declared job");
  return { sees, warnings };
}
