import { defineCollector, VendorError, type SystemOf, type Triggered } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { filled } from "../job-name.ts";
import { allRows } from "../pages.ts";
import { periodNamed } from "../period-name.ts";
import { runIdOf } from "../run-id.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type Client } from "./client.ts";
import { instant, jobOf, messageEvents, PRODUCER, standingOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { column, messageIdOf, type OneViewRow } from "./vendor.ts";

const MOST_ATTEMPTS = 20;

/** Infor CloudSuite through Infor OS: documents on their way through ION, and the Data Lake by Compass. */
export const inforIon = defineCollector<typeof Settings, BooksCursor>({
  id: "infor-ion",
  title: "Infor CloudSuite (ION)",
  capabilities: ["list-runs", "rerun", "control-totals"],
  settings: Settings,
  connection: {
    url: "`iu` of the .ionapi file, for example https://mingle-ionapi.inforcloudsuite.com",
    authUrl: "`pu` of the .ionapi file, for example https://mingle-sso.inforcloudsuite.com:443/ACME_PRD/as",
    clientId: "`ci` of the .ionapi file",
    clientSecret: "`cs` of the .ionapi file",
    accessKey: "`saak` of the .ionapi file: the service account's access key",
    secretKey: "`sask` of the .ionapi file: the service account's secret key",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system),
      pull: (cursor) => readRunsAndLedger(cursor, runWindow(client, system), ledgerPlan(client, system)),
      rerun: (key) => replay(client, system, key),
    };
  },
});

/** A message by the news of it: what happened since, of which the last is all that must be known. */
function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<OneViewRow[]> {
  const { retentionDays, overlapMinutes, sliceHours } = settings;
  const { date, type } = settings.events;
  return {
    ...{ now: client.now(), retentionDays, overlapMinutes, sliceHours },
    async *list(from, to) {
      const events = await allRows(client.eventsBetween(from, to));
      yield [...Map.groupBy(events, messageIdOf).values()];
    },
    sight(events) {
      const last = events.toSorted((one, other) => (column(one, date) < column(other, date) ? -1 : 1)).at(-1)!;
      return {
        key: messageIdOf(last),
        changedAt: instant(column(last, date)) ?? new Date(0).toISOString(),
        // Whatever happens to it next is an event of its own, so none is asked for by itself.
        open: !hasEnded(standingOf([last], 1, settings).state),
        version: `${column(last, type)} ${column(last, date)}`,
      };
    },
    async events(news) {
      const key = messageIdOf(news[0]!);
      const row = await client.message(key);
      return row ? messageEvents({ row, events: await allRows(client.eventsOf(key)) }, { namespace, settings }) : [];
    },
    gap: (from, to) => gapEvent({ collector: "infor-ion", namespace, history: "Messages in OneView", from, to }),
  };
}

function ledgerPlan(client: Client, { namespace, settings }: SystemOf<Settings>): LedgerPlan | null {
  const { ledger, version } = settings;
  if (!ledger) return null;
  return {
    ...ledger,
    async read(periods) {
      const sql = ledger.query.replaceAll("{periods}", periods.map((period) => `'${period}'`).join(", "));
      const rows = await client.compass.query(sql, ledger.pageSize);
      return (
        rows && {
          ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: ledger.ledger, version },
          entities: ledger.entities,
          lines: rows.map(({ entries: count, ...row }) => ({
            ...row,
            period: periodNamed(row.period) ?? row.period,
            count,
          })),
        }
      );
    },
  };
}

/**
 * Sends a message's document once more, under an id made from the first one. ION refuses an id it has seen, so a replay
 * asked for twice is sent once; one that is under way is adopted.
 */
async function replay(client: Client, { namespace, settings }: SystemOf<Settings>, key: string): Promise<Triggered> {
  const original = await client.message(key);
  if (!original) throw new VendorError("not-found", `ION has no message ${key}.`);
  const job = jobOf(column(original, "document_type"), settings);
  const jobName = job
    ? filled(job.name, column(original, settings.accountingEntity))
    : column(original, "document_type");
  for (let attempt = 2; attempt <= MOST_ATTEMPTS; attempt++) {
    const messageId = `${key.replace(/:attempt-\d+$/, "")}:attempt-${attempt}`;
    const answer = { vendorRunKey: messageId, runId: runIdOf(namespace, messageId), jobName };
    if (await client.message(messageId)) {
      const { state } = standingOf(await allRows(client.eventsOf(messageId)), job?.receivers ?? 1, settings);
      if (hasEnded(state)) continue;
      return { ...answer, adopted: true };
    }
    await client.send({
      ...{ documentName: column(original, "document_type"), messageId },
      fromLogicalId: column(original, "document_sent_from"),
      toLogicalId: column(original, "document_sent_to") || "lid://default",
      document: { value: await client.payload(key), encoding: "NONE", characterSet: "UTF-8" },
    });
    return { ...answer, adopted: false };
  }
  throw new VendorError("refused", `Message ${key} was sent ${MOST_ATTEMPTS} times; somebody should look at it.`);
}

async function checked(client: Client, { settings }: SystemOf<Settings>) {
  const now = client.now();
  const weekAgo = new Date(now.getTime() - 7 * 86_400_000).toISOString();
  const messages = new Set<string>();
  for await (const page of client.eventsBetween(weekAgo, now.toISOString())) {
    for (const event of page) messages.add(messageIdOf(event));
  }
  const sees = [`${messages.size} messages of ${settings.jobs.length} types of documents in a week`];
  const warnings = messages.size === 0 ? ["no message of a declared type was seen in a week"] : [];
  if (settings.ledger) {
    const sql = settings.ledger.query.replaceAll("{periods}", `'${now.toISOString().slice(0, 7)}'`);
    const rows = await client.compass.query(sql, settings.ledger.pageSize);
    if (rows) sees.push(`${rows.length} lines of the ledger this month`);
    else warnings.push("the query of the ledger takes longer than a minute");
  }
  return { sees, warnings };
}
