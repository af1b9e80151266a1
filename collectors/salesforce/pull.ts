import type { Pull, SystemOf, Tools } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { byTime, type RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { changeEvents, movedBy } from "./change-events.ts";
import type { BulkKind, SalesforceClient } from "./client.ts";
import { apexEvents, apexState, bulkEvents, bulkState, figuresLine, figuresQuery, instantOf, PRODUCER } from "./map.ts";
import { openPubSub } from "./pub-sub.ts";
import { createDecoder, readChanges, type ChangesCursor, type ReadChanges } from "./read-changes.ts";
import type { SalesforceSettings } from "./settings.ts";
import type { ApexJob, BulkJob } from "./vendor.ts";

/** Where reading an organisation stands. */
export interface Cursor extends BooksCursor {
  changes?: ChangesCursor;
  /** Records behind the figures changed since these were read: months to be read with those that are open. */
  stale?: string[];
}

/** Records whose months are asked for at one poll; beyond it only open months are read again. */
const ASKED = 2000;

/**
 * One step: jobs, figures when their time has come or their records changed, and last what changed. A stream that cannot
 * be read hides no run.
 */
export function createPull(client: SalesforceClient, system: SystemOf<SalesforceSettings>, tools: Tools) {
  const decoded = createDecoder();
  return async (cursor: Cursor | null): Promise<Pull<Cursor>> => {
    const { changes: settings } = system.settings;
    const { stale } = cursor ?? {};
    const plan = figuresPlan(client, system);
    const often = settings && stale && { everyMinutes: settings.rereadMinutes, also: stale };
    const window = runWindow(client, system, cursor);
    const read = await readRunsAndLedger(cursor, window, plan && { ...plan, ...often });
    if (!settings) return read;
    const isReread = read.cursor.ledger?.at !== cursor?.ledger?.at;
    const left = !isReread && stale ? { stale } : {};
    const unread = { ...read.cursor, ...left, ...(cursor?.changes && { changes: cursor.changes }) };
    if (read.more) return { ...read, cursor: unread };
    const pubSub = await openPubSub(client.pubSub());
    try {
      const found = await readChanges(cursor?.changes ?? null, {
        ...{ pubSub, settings, tools, renew: client.renew, decoded: (event) => decoded(event, pubSub) },
      });
      const moved = await staleMonths(found, read.cursor.ledger?.at, client, system.settings);
      return {
        ...read,
        events: [...read.events, ...toldOf(found, cursor, system)].sort(byTime),
        cursor: { ...read.cursor, ...left, changes: found.cursor, ...(moved && { stale: union(left.stale, moved) }) },
        more: found.more || moved !== null,
      };
    } catch (error) {
      if (read.events.length === 0) throw error;
      return { ...read, cursor: unread, more: true };
    } finally {
      pubSub.close();
    }
  };
}

function toldOf({ changes, gap }: ReadChanges, cursor: Cursor | null, system: SystemOf<SalesforceSettings>) {
  const { namespace, settings } = system;
  const since = cursor?.changes?.at ?? cursor?.changes?.readAt ?? new Date(0).toISOString();
  const lost = gap ? [gapEvent({ collector: "salesforce", namespace, history: "Change events", ...gap })] : [];
  return [...lost, ...changeEvents(changes, { namespace, settings, since })];
}

/** Months whose figures must be read again, beside those that are open; null where nothing moved them. */
async function staleMonths(
  { changes, gap }: ReadChanges,
  since: string | undefined,
  client: SalesforceClient,
  settings: SalesforceSettings,
): Promise<string[] | null> {
  const { figures } = settings;
  if (!figures || !since) return null;
  const moved = movedBy(changes, { object: figures.object, since }, settings);
  if (!moved) return gap ? [] : null;
  const asked = await client.monthsOf(figures.object, figures.dateField, moved.records.slice(0, ASKED));
  return union(moved.months, asked);
}

function union(one: readonly string[] = [], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].sort();
}

type Row = { kind: BulkKind; job: BulkJob } | { kind: "apex"; job: ApexJob };

function runWindow(
  client: SalesforceClient,
  { namespace, settings }: SystemOf<SalesforceSettings>,
  cursor: BooksCursor | null,
): RunWindow<Row> {
  const openApex = Object.entries(cursor?.runs.runs ?? {}).flatMap(([key, seen]) =>
    seen.open && key.startsWith("707") ? key : [],
  );
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    async *list(from) {
      for (const kind of settings.reads) {
        if (kind === "apex") {
          for await (const page of client.apexJobs(from, openApex)) yield page.map((job): Row => ({ kind, job }));
          continue;
        }
        for await (const page of client.bulkJobs(kind)) {
          const recent = page.filter((job) => (instantOf(job.systemModstamp) ?? "") >= from);
          yield recent.map((job): Row => ({ kind, job }));
        }
      }
    },
    sight(row) {
      if (row.kind === "apex") {
        const { Id, CreatedDate, CompletedDate, Status } = row.job;
        const changedAt = instantOf(CompletedDate ?? CreatedDate) ?? "";
        return { key: Id, changedAt, open: !hasEnded(apexState(row.job)), version: `${Status} ${CompletedDate ?? ""}` };
      }
      const { id, state, systemModstamp } = row.job;
      return {
        key: id,
        changedAt: instantOf(systemModstamp) ?? "",
        open: !hasEnded(bulkState(row.job)),
        version: state,
      };
    },
    async events(row) {
      if (row.kind === "apex") return apexEvents(row.job, { namespace, settings });
      const job = hasEnded(bulkState(row.job)) ? await client.bulkJob(row.kind, row.job.id) : row.job;
      const failed = row.kind === "ingest" ? (job.numberRecordsFailed ?? 0) : 0;
      const refused = failed > 0 && failed <= settings.refusedRows ? await client.refusedRows(job.id) : [];
      return bulkEvents(job, refused, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "salesforce", namespace, history: "Bulk jobs", from, to }),
  };
}

function figuresPlan(
  client: SalesforceClient,
  { namespace, settings }: SystemOf<SalesforceSettings>,
): LedgerPlan | null {
  const { figures } = settings;
  if (!figures) return null;
  return {
    ...figures,
    async read(periods) {
      const lines = [];
      for (const period of periods) {
        const groups = await client.groups(figuresQuery(figures, period));
        lines.push(...groups.flatMap((group) => figuresLine(group, period, figures) ?? []));
      }
      const { ledger, version, dataset } = figures;
      const entities = Object.keys(figures.entities);
      return { producer: PRODUCER, dataset: { namespace, name: dataset }, ledger, version, entities, lines };
    },
  };
}
