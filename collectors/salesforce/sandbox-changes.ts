import avro from "avsc";
import type { SimRun, World } from "../sandbox.ts";
import type { SalesforceSettings } from "./settings.ts";

/** An event as the played organisation publishes it. */
export interface PlayedChange {
  /** When it was committed, epoch milliseconds. */
  at: number;
  replayId: Buffer;
  schemaId: string;
  payload: Buffer;
}

const optional = (name: string, type: avro.Schema) => ({ name, type: ["null", type] as avro.Schema, default: null });
const text = (name: string) => ({ name, type: "string" as const });
const texts = (name: string) => ({ name, type: { type: "array" as const, items: "string" as const } });
const long = (name: string) => ({ name, type: "long" as const });

const HEADER = {
  ...{ type: "record", name: "ChangeEventHeader", namespace: "com.sforce.eventbus" },
  fields: [
    text("entityName"),
    texts("recordIds"),
    text("changeType"),
    text("changeOrigin"),
    text("transactionKey"),
    { name: "sequenceNumber", type: "int" },
    ...["commitTimestamp", "commitNumber"].map(long),
    text("commitUser"),
    ...["nulledFields", "diffFields", "changedFields"].map(texts),
  ],
};

/** The fields of the played object, after the header; the fifth is compound. */
const FIELDS = ["Company__c", "Account_Code__c", "Amount__c", "Posting_Date__c", "Place__c"] as const;

export const CHANGE_EVENT = {
  ...{ type: "record", name: "Budget__ChangeEvent", namespace: "com.sforce.eventbus" },
  fields: [
    { name: "ChangeEventHeader", type: HEADER },
    optional(FIELDS[0], "string"),
    optional(FIELDS[1], "string"),
    optional(FIELDS[2], "double"),
    optional(FIELDS[3], "long"),
    optional(FIELDS[4], {
      ...{ type: "record", name: "Place" },
      fields: [optional("City", "string"), optional("Country", "string")],
    } as avro.Schema),
  ],
};
export const SCHEMA_ID = "N5Xw0pQ2b7m1example";

const type = avro.Type.forSchema(CHANGE_EVENT as avro.Schema);
const NOTHING = Object.fromEntries(FIELDS.map((name) => [name, null]));
const RECORDS = 3;

/**
 * What every ended load left in the stream: records it created, records of which it changed the amount and the city, a
 * gap where rows were refused, and a note nobody declared. Oldest first.
 */
export function playedChanges(world: World, system: string, settings: SalesforceSettings): PlayedChange[] {
  return world
    .runs(system)
    .filter((run) => world.phase(run).phase === "ended" && ["complete", "partial"].includes(run.outcome))
    .flatMap((run) => changesOf(run, settings))
    .toSorted((one, other) => Buffer.compare(one.replayId, other.replayId));
}

/** The run that wrote a record. */
export function runOfRecord(world: World, system: string, id: string): SimRun | undefined {
  return world.runs(system).find((run) => id.startsWith(recordPrefix(run)));
}

function changesOf(run: SimRun, { figures, users }: SalesforceSettings): PlayedChange[] {
  const ids = Array.from({ length: RECORDS }, (_, row) => `${recordPrefix(run)}${row}AAA`);
  const object = run.job.split(" ")[1] ?? "";
  const entity = figures?.entities[run.entity ?? ""] ?? null;
  const events = [
    { changeType: "CREATE", recordIds: ids.slice(0, 2), record: { Company__c: entity, Posting_Date__c: dateOf(run) } },
    // Bit 3 is the amount; bit 0 within field 5 is the city of the place.
    { changeType: "UPDATE", recordIds: ids.slice(2), changedFields: ["0x8", "5-0x1"], record: { Amount__c: 12.5 } },
    ...(run.rowsRejected > 0 ? [{ changeType: "GAP_UPDATE", recordIds: ids.slice(2), record: {} }] : []),
    { changeType: "CREATE", recordIds: ["069Hs0000000001AAA"], record: {}, entityName: "ContentNote" },
  ];
  return events.map(({ record, ...own }, index) => {
    const header = {
      ...{ entityName: object, changeOrigin: "com/salesforce/api/bulkapi/64.0;client=Loader" },
      ...{ transactionKey: `0000-${run.key}`, sequenceNumber: index + 1, commitTimestamp: run.endedAt },
      ...{ commitNumber: run.endedAt * 7, commitUser: users[run.entity ?? ""] ?? "005Hs00000Example2IAV" },
      ...{ nulledFields: [], diffFields: [], changedFields: [] as string[], ...own },
    };
    const payload = type.toBuffer({ ChangeEventHeader: header, ...NOTHING, ...record });
    return { at: run.endedAt, replayId: replayIdOf(run, index), schemaId: SCHEMA_ID, payload };
  });
}

/** `a0B` and what tells the run apart, so that with the row and a check it has 18 characters. */
function recordPrefix({ key }: SimRun): string {
  return `a0B${key.slice(4, 15)}`;
}

function dateOf({ period }: SimRun): number {
  return Date.parse(`${period}-15T00:00:00Z`);
}

/** Grows with time; runs that end in the same millisecond are told apart by their key. */
function replayIdOf({ endedAt, key }: SimRun, index: number): Buffer {
  const id = Buffer.alloc(12);
  id.writeBigUInt64BE(BigInt(endedAt));
  const order = [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 0xffffff, 7);
  id.writeUInt32BE(order * 16 + index, 8);
  return id;
}

/** The newest replay id there is at an instant, event or not. */
export function newestReplayId(at: number): Buffer {
  const id = Buffer.alloc(12, 0xff);
  id.writeBigUInt64BE(BigInt(at));
  return id;
}

/** When what a replay id names was committed, epoch milliseconds; NaN where it is none. */
export function committedAt(replayId: Buffer): number {
  return replayId.length === 12 ? Number(replayId.readBigUInt64BE()) : Number.NaN;
}
