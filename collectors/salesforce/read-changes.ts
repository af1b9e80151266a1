import { setTimeout as sleep } from "node:timers/promises";
import { avroType } from "../avro.ts";
import { VendorError, type Tools } from "../collector.ts";
import { changeOf, transactionOf, type Change } from "./change-events.ts";
import { REPLAY_ID_REFUSED } from "./pub-sub-protocol.ts";
import type { Delivery, PubSub } from "./pub-sub.ts";
import type { Changes } from "./settings.ts";
import { ChangeEventHeader } from "./vendor.ts";

/** Where reading the stream stands. */
export interface ChangesCursor {
  /** Opaque; null before the first event. */
  replayId: string | null;
  /** When the last event read was committed. */
  at: string | null;
  /** Up to here all there was is read; by whole hours while nothing happens. */
  readAt: string;
}

export interface ReadChanges {
  /** Whole transactions only. */
  changes: Change[];
  /** Between which instants changes were lost unread. */
  gap: { from: string; to: string } | null;
  cursor: ChangesCursor;
  more: boolean;
}

export interface ChangeReader {
  pubSub: PubSub;
  decoded(event: Delivery["events"][number]): Promise<Change>;
  settings: Changes;
  tools: Pick<Tools, "clock" | "wait">;
  /** Forgets the session, so that the next call logs in anew. */
  renew(): Promise<void> | void;
}

const HOUR = 3_600_000;
/** Times a stream that was cut is opened again without an event in between. */
const REPAIRS = 2;

/**
 * Reads the stream on from a cursor until it has nothing more to give, or enough was read. A stream that is cut is
 * opened again behind the last event; a session that ends is renewed once. What was read before a failure that lasts is
 * handed back, and the failure shows at the next reading. A replay id that is refused is a gap, unless all was read
 * while it was still kept; all that is kept is then read again.
 */
export async function readChanges(cursor: ChangesCursor | null, reader: ChangeReader): Promise<ReadChanges> {
  const now = reader.tools.clock.now().getTime();
  const found: Change[] = [];
  const tries = { repairs: 0, renewed: false };
  let [from, gap] = [cursor?.replayId ?? null, null as ReadChanges["gap"]];
  for (;;) {
    const known = found.length;
    try {
      const { isIdle, latest } = await readStream(found, found.at(-1)?.replayId ?? from, reader);
      const moved = isIdle ? idleCursor(cursor, found, latest, now) : behindLast(cursor, found, now);
      return { changes: found, gap, cursor: moved, more: !isIdle };
    } catch (error) {
      if (found.length > known) Object.assign(tries, { repairs: 0, renewed: false });
      if (cursor && from && found.length === 0 && isReplayRefused(error)) {
        gap = lostSince(cursor, now, reader.settings);
        from = null;
      } else if (!(await mended(error, tries, reader))) {
        // The last transaction may go on in what could not be read.
        const open = found.length > 0 ? transactionOf(found.at(-1)!) : "";
        const whole = found.filter((change) => transactionOf(change) !== open);
        if (whole.length === 0) throw error;
        return { changes: whole, gap, cursor: behindLast(cursor, whole, now), more: true };
      }
    }
  }
}

/** Adds what one stream delivers, up to the end of the transaction in which enough was read. Throws when it is cut. */
async function readStream(found: Change[], after: string | null, { pubSub, decoded, settings }: ChangeReader) {
  for await (const { events, latest } of pubSub.deliveries({ ...settings, after })) {
    if (events.length === 0) return { isIdle: true, latest };
    for (const event of events) {
      const change = await decoded(event);
      const isEnough = found.length >= settings.most && transactionOf(change) !== transactionOf(found.at(-1)!);
      if (isEnough) return { isIdle: false, latest: null };
      found.push(change);
    }
  }
  throw new VendorError("unreachable", "The Pub/Sub API ended the stream of change events.");
}

/** Whether something was done after which another try may go well. */
async function mended(
  error: unknown,
  tries: { repairs: number; renewed: boolean },
  { renew, tools }: ChangeReader,
): Promise<boolean> {
  if (!(error instanceof VendorError)) return false;
  if (error.code === "unauthorized" && !tries.renewed) {
    tries.renewed = true;
    await renew();
    return true;
  }
  if (error.code !== "unreachable" || tries.repairs >= REPAIRS) return false;
  tries.repairs += 1;
  await (tools.wait ?? sleep)(250 * 2 ** tries.repairs * (1 + Math.random()));
  return true;
}

function isReplayRefused(error: unknown): boolean {
  if (!(error instanceof VendorError)) return false;
  const code = (error.cause as { code?: string } | undefined)?.code ?? "";
  return code === REPLAY_ID_REFUSED || error.message.includes(REPLAY_ID_REFUSED);
}

/**
 * What is lost when a replay id is refused: all since the last reading where that is longer ago than events are kept.
 * Where it is not, the id itself only grew old on a quiet stream, unless its event should still be there.
 */
function lostSince({ at, readAt }: ChangesCursor, now: number, { retentionHours }: Changes): ReadChanges["gap"] {
  const kept = isoOf(Math.floor((now - retentionHours * HOUR) / HOUR) * HOUR);
  if (readAt < kept) return { from: readAt, to: kept };
  return at !== null && at > kept ? { from: at, to: isoOf(now) } : null;
}

/** All is read. An idle stream's cursor moves by whole hours only, to the newest replay id it was told. */
function idleCursor(
  cursor: ChangesCursor | null,
  found: readonly Change[],
  latest: string | null,
  now: number,
): ChangesCursor {
  if (found.length > 0) {
    const behind = behindLast(cursor, found, now);
    return { ...behind, replayId: latest ?? behind.replayId, readAt: isoOf(now) };
  }
  const hour = isoOf(Math.floor(now / HOUR) * HOUR);
  if (cursor && hour <= cursor.readAt) return cursor;
  return { replayId: latest ?? cursor?.replayId ?? null, at: cursor?.at ?? null, readAt: hour };
}

function behindLast(cursor: ChangesCursor | null, found: readonly Change[], now: number): ChangesCursor {
  const last = found.findLast((change) => "header" in change);
  const at = last ? isoOf(last.header.commitTimestamp) : (cursor?.at ?? null);
  return { replayId: found.at(-1)?.replayId ?? null, at, readAt: at ?? isoOf(now) };
}

/** Decodes events with the schemas Salesforce has for them; each is asked for once, since it never changes. */
export function createDecoder() {
  const schemas = new Map<string, { json: string; type: Awaited<ReturnType<typeof avroType>> }>();
  async function schemaOf(id: string, pubSub: Pick<PubSub, "schema">) {
    const known = schemas.get(id);
    if (known) return known;
    const json = await pubSub.schema(id);
    const schema = { json, type: await avroType(json) };
    schemas.set(id, schema);
    return schema;
  }
  return async (
    { schemaId, payload, replayId }: Delivery["events"][number],
    pubSub: Pick<PubSub, "schema">,
  ): Promise<Change> => {
    const { json, type } = await schemaOf(schemaId, pubSub);
    if (typeof type === "string") return { replayId, unreadable: type };
    try {
      const value = type.fromBuffer(payload) as { ChangeEventHeader?: unknown };
      const header = ChangeEventHeader.safeParse(value.ChangeEventHeader);
      if (!header.success) return { replayId, unreadable: "its header is not that of a change event" };
      return changeOf(replayId, JSON.parse(json), header.data, value);
    } catch (error) {
      return { replayId, unreadable: `it does not fit its schema: ${(error as Error).message}` };
    }
  };
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
