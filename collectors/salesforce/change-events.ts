import type { ChangesFacet } from "../../schemas/event/facets.ts";
import type { DatasetEvent, RunEvent } from "../../schemas/event/open-lineage.ts";
import { runIdOf } from "../run-id.ts";
import { signedDatasetEvent, signedRun } from "../signed-event.ts";
import { changedFields } from "./changed-fields.ts";
import { PRODUCER } from "./map.ts";
import type { SalesforceSettings } from "./settings.ts";
import type { ChangeEventHeader } from "./vendor.ts";

/** An event of the stream as it was decoded. `unreadable` says why it could not be; it then belongs to no transaction. */
export type Change = Readable | { replayId: string; unreadable: string };

interface Readable {
  replayId: string;
  header: ChangeEventHeader;
  /** Names of the fields that changed. */
  fields: string[];
  /** The record's fields; those that did not change are null. */
  record: Record<string, unknown>;
}

/** Ids of records named in an event. */
const NAMED = 20;

const KINDS: Record<string, "created" | "updated" | "deleted" | "restored"> = {
  ...{ CREATE: "created", UPDATE: "updated", DELETE: "deleted", UNDELETE: "restored" },
};

/** An object whose changes are told, with where its records say their books. */
interface Told {
  object: string;
  dataset: string;
  dateField?: string | undefined;
  entityField?: string | undefined;
  entities?: Record<string, string> | undefined;
}

/** Declared objects; the object of `figures` needs nothing more than its name. */
export function toldObjects({ changes, figures }: SalesforceSettings): Told[] {
  return (changes?.objects ?? []).map((declared) => {
    const same = figures?.object === declared.object ? figures : undefined;
    const { dateField = same?.dateField, entityField = same?.entityField, entities = same?.entities } = declared;
    return { ...declared, dateField, entityField, entities };
  });
}

/** The transaction a change belongs to; what cannot be read is one of its own. */
export function transactionOf(change: Change): string {
  return "header" in change ? change.header.transactionKey : change.replayId;
}

interface Schema {
  fields: { name: string; type: unknown }[];
}

/** A decoded event; its bitmaps as names. */
export function changeOf(replayId: string, schema: Schema, header: ChangeEventHeader, value: object): Change {
  const { ChangeEventHeader: _, ...record } = value as Record<string, unknown>;
  return { replayId, header, fields: changedFields(schema, header.changedFields ?? []), record };
}

/** An event for each transaction and declared object it changed, and one for each change nobody can read. */
export function changeEvents(
  changes: readonly Change[],
  { namespace, settings, since }: { namespace: string; settings: SalesforceSettings; since: string },
): (DatasetEvent | RunEvent)[] {
  const told = toldObjects(settings);
  const events: (DatasetEvent | RunEvent)[] = [];
  let before = since;
  for (const group of Map.groupBy(changes, transactionOf).values()) {
    for (const change of group) {
      if ("unreadable" in change) events.push(unreadableEvent(change, namespace, before));
    }
    const readable = group.filter((change): change is Readable => "header" in change);
    for (const [object, own] of Map.groupBy(readable, ({ header }) => header.entityName)) {
      before = instantOf(own[0]!);
      const declared = told.find((each) => each.object === object);
      if (declared) events.push(transactionEvent(own, declared, namespace));
    }
  }
  return events;
}

function transactionEvent(changes: readonly Readable[], told: Told, namespace: string): DatasetEvent {
  const [{ header }] = changes as [Readable];
  const counts: Partial<Record<"created" | "updated" | "deleted" | "restored", number>> = {};
  for (const { header: each } of changes) {
    const kind = KINDS[each.changeType];
    if (kind) counts[kind] = (counts[kind] ?? 0) + each.recordIds.length;
  }
  const fields = [...new Set(changes.flatMap((change) => change.fields))].sort();
  const records = [...new Set(changes.flatMap((change) => change.header.recordIds))].slice(0, NAMED);
  const touched = Map.groupBy(
    changes.map((change) => bookOf(change, told)),
    (book) => JSON.stringify(book),
  );
  const books = [...touched.keys()].filter((book) => book !== "{}").sort();
  const facet: ChangesFacet = {
    transactionId: header.transactionKey,
    ...counts,
    // A gap names records without what changed; an overflow not even all of them.
    complete: changes.every(({ header: each }) => KINDS[each.changeType]),
    ...(fields.length > 0 && { fields }),
    ...(header.commitUser && { by: header.commitUser }),
    ...(header.changeOrigin && { origin: header.changeOrigin }),
    ...(records.length > 0 && { records }),
    ...(books.length > 0 && { touched: books.map((book) => JSON.parse(book) as { entity?: string; period?: string }) }),
  };
  const dataset = { namespace, name: told.dataset, facets: { tieout_changes: facet } };
  return signedDatasetEvent(PRODUCER, instantOf(changes.at(-1)!), dataset);
}

/** The entity and the period a record stands in, as far as its change tells; it tells only what changed. */
function bookOf({ record }: Readable, { dateField, entityField, entities = {} }: Told) {
  const value = entityField && record[entityField];
  const entity = Object.keys(entities).find((each) => entities[each] === value);
  const period = dateField && monthOf(record[dateField]);
  return { ...(entity && { entity }), ...(period && { period }) };
}

/** A date as days or milliseconds since 1970, or as text. */
function monthOf(value: unknown): string | null {
  const DAYS = 1_000_000;
  const time =
    typeof value === "number" ? (Math.abs(value) < DAYS ? value * 86_400_000 : value) : Date.parse(String(value));
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 7);
}

/**
 * Months whose figures the changes of an object may have moved, after an instant: those the changes tell, and records
 * whose month has to be asked for. Null where nothing of it changed.
 */
export function movedBy(
  changes: readonly Change[],
  { object, since }: { object: string; since: string },
  settings: SalesforceSettings,
): { months: string[]; records: string[] } | null {
  const told = toldObjects(settings).find((each) => each.object === object);
  const own = changes.filter(
    (change): change is Readable =>
      "header" in change && change.header.entityName === object && instantOf(change) > since,
  );
  if (!told || own.length === 0) return null;
  const months = own.flatMap((change) => bookOf(change, told).period ?? []);
  const records = own.filter((change) => !bookOf(change, told).period).flatMap(({ header }) => header.recordIds);
  return { months: [...new Set(months)], records: [...new Set(records)] };
}

function instantOf({ header }: Readable): string {
  return new Date(header.commitTimestamp).toISOString();
}

function unreadableEvent(change: { replayId: string; unreadable: string }, namespace: string, at: string): RunEvent {
  const message = `A change event could not be read: ${change.unreadable}.`;
  return signedRun(PRODUCER, {
    ...{ eventType: "OTHER", at, runId: runIdOf(namespace, `change/${change.replayId}`) },
    job: { namespace, name: "Change events" },
    facets: {
      tieout_outcome: { vendorStatus: "UNREADABLE", qualifier: "warning" },
      tieout_exceptions: { exceptions: [{ code: "contract-drift", class: "technical", message }] },
    },
    ...{ inputs: [], outputs: [] },
  });
}
