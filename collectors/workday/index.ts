import { defineCollector, type SystemOf } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { monthName } from "../period-name.ts";
import { allRows } from "../pages.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type WorkdayClient } from "./client.ts";
import { createDrive } from "./drive.ts";
import {
  initiatedAt,
  integrationEvents,
  integrationOf,
  keyOf,
  ledgerLineOf,
  PRODUCER,
  stateOf,
  statusOf,
} from "./map.ts";
import { WorkdaySettings } from "./settings.ts";
import type { IntegrationEvent } from "./vendor.ts";

/** Workday: integration events, and the ledger through a report. */
export const workday = defineCollector<typeof WorkdaySettings, BooksCursor>({
  id: "workday",
  title: "Workday",
  capabilities: ["list-runs", "trigger", "rerun", "control-totals"],
  settings: WorkdaySettings,
  connection: {
    url: "the address of the tenant's data centre, for example https://wd3-impl-services1.workday.com",
    tokenUrl: "the host of the token endpoint, as the API client shows it; mostly the same",
    clientId: "the id of the API client for integrations",
    clientSecret: "its secret",
    refreshTokenSecret: "a refresh token of the integration system user, one that does not expire",
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

function runWindow(
  client: WorkdayClient,
  { namespace, settings }: SystemOf<WorkdaySettings>,
): RunWindow<IntegrationEvent> {
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 * 7 },
    list: client.events,
    // Events are listed by when they were sent, so what is not over is asked for one by one.
    again: client.event,
    sight: (event) => ({
      ...{ key: keyOf(event), changedAt: initiatedAt(event), open: !hasEnded(stateOf(event, settings)) },
      version: `${statusOf(event)} ${event.Integration_Event_Data.Completed_DateTime ?? ""}`,
    }),
    events: (event) => integrationEvents(event, { namespace, settings }),
    gap: (from, to) => gapEvent({ collector: "workday", namespace, history: "Integration events", from, to }),
  };
}

function ledgerPlan(
  client: WorkdayClient,
  { namespace, settings: { ledger } }: SystemOf<WorkdaySettings>,
): LedgerPlan | null {
  if (!ledger) return null;
  const { dataset, version } = ledger;
  return {
    ...ledger,
    async read(periods) {
      const lines = [];
      for (const period of periods) {
        const named = ledger.periodStyle === "Oct-26" ? monthName(period) : period;
        const rows = await client.report(ledger, named);
        lines.push(...rows.flatMap((row) => ledgerLineOf(row, period, ledger) ?? []));
      }
      const entities = Object.keys(ledger.entities);
      return {
        producer: PRODUCER,
        dataset: { namespace, name: dataset },
        ledger: ledger.ledger,
        version,
        entities,
        lines,
      };
    },
  };
}

async function checked(client: WorkdayClient, settings: WorkdaySettings) {
  const now = client.vendorNow();
  const dayAgo = new Date(now.getTime() - 86_400_000).toISOString();
  const events = await allRows(client.events(dayAgo, now.toISOString()));
  const integrations = new Set(events.map(integrationOf));
  const unknown = new Set(events.filter((event) => stateOf(event, settings) === null).map(statusOf));
  const sees = [`${events.length} integration events since yesterday, of ${integrations.size} integrations`];
  if (settings.ledger) {
    const [period = ""] = [now.toISOString().slice(0, 7)];
    const named = settings.ledger.periodStyle === "Oct-26" ? monthName(period) : period;
    sees.push(`the ledger of ${period}: ${(await client.report(settings.ledger, named)).length} rows`);
  }
  const warnings = [...unknown].map((status) => `The status "${status}" is not declared under statuses.`);
  return { sees, warnings };
}
