import { createHash } from "node:crypto";
import type { Pull, SystemOf, Tools } from "../collector.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import { readControl } from "./control.ts";
import { deliveriesIn, isReady, type Delivery } from "./deliveries.ts";
import type { FileDoor } from "./file-door.ts";
import { deliveryEvents, type Opened, type Standing } from "./map.ts";
import type { Settings } from "./settings.ts";

/** Files have no history that expires: what lies there is listed whole. */
const EVER_DAYS = 400;

export interface Cursor {
  window: WindowCursor;
  /** Deliveries still arriving, as they were first seen. */
  arriving: Record<string, { firstAt: string; delivery: Delivery }>;
  /** Digest of a content → the delivery it first came in. */
  contents: Record<string, string>;
}

/** One step: the folders as they are, and a look into what became ready. */
export async function pullFiles(
  cursor: Cursor | null,
  { namespace, settings }: SystemOf<Settings>,
  door: FileDoor,
  { clock }: Tools,
): Promise<Pull<Cursor>> {
  const now = clock.now();
  const entries = (await Promise.all(settings.folders.map((folder) => door.list(folder)))).flat();
  const contents = { ...cursor?.contents };
  const before = cursor?.arriving ?? {};
  const firstAt = (delivery: Delivery) => {
    const seen = before[delivery.name]?.firstAt;
    return seen && seen < delivery.data.modifiedAt ? seen : delivery.data.modifiedAt;
  };
  const rows = deliveriesIn(entries, settings).map((delivery): Standing => {
    return { delivery, state: standing(delivery, now), firstAt: firstAt(delivery), opened: null };
  });
  const { rows: _, ...pull } = await readWindow<Standing>(cursor?.window ?? null, {
    ...{ now, retentionDays: EVER_DAYS, overlapMinutes: EVER_DAYS * 1440 },
    async *list() {
      yield rows;
    },
    again: async () => null,
    sight: ({ delivery, state }) => ({
      ...{ key: delivery.name, changedAt: latest(delivery), open: state === "arriving" },
      version: state === "arriving" ? state : `${state} ${latest(delivery)} ${delivery.data.bytes}`,
    }),
    events: async (row) => deliveryEvents(namespace, { ...row, opened: await look(row, door, settings, contents) }),
    gone: (key) => {
      const seen = before[key];
      return seen ? deliveryEvents(namespace, { ...seen, state: "gone", opened: null }) : [];
    },
    gap: () => {
      throw new Error("A folder has no history that expires.");
    },
  });
  const arriving = rows.filter(({ state }) => state === "arriving");
  return {
    ...pull,
    cursor: {
      window: pull.cursor,
      arriving: Object.fromEntries(
        arriving.map((row) => [row.delivery.name, { firstAt: row.firstAt, delivery: row.delivery }]),
      ),
      contents,
    },
  };
}

function standing(delivery: Delivery, now: Date): Standing["state"] {
  if (delivery.withdrawn) return "withdrawn";
  if (delivery.rejected) return "rejected";
  return isReady(delivery, now) ? "ready" : "arriving";
}

function latest({ data, control, rejected, withdrawn }: Delivery): string {
  const times = [data, control, rejected, withdrawn].map((entry) => entry?.modifiedAt ?? "");
  return times.reduce((last, each) => (each > last ? each : last));
}

/** Opens what is over; a file that vanishes meanwhile is told with what is known of it. */
async function look(
  row: Standing,
  door: FileDoor,
  settings: Settings,
  contents: Cursor["contents"],
): Promise<Opened | null> {
  const { delivery, state } = row;
  if (state === "arriving" || state === "withdrawn") return null;
  const text = async (entry: Delivery["control"]) =>
    entry && new TextDecoder().decode((await door.read(entry)) ?? new Uint8Array());
  const reason = await text(delivery.rejected);
  const said = await text(delivery.control);
  const read = said === null ? null : readControl(said);
  const data = delivery.data.bytes <= settings.openUpToBytes ? await door.read(delivery.data) : null;
  const sha256 = data && createHash("sha256").update(data).digest("hex");
  return {
    control: read && "control" in read ? read.control : null,
    unreadable: read && "unreadable" in read ? read.unreadable : null,
    ...{ bytes: data?.byteLength ?? delivery.data.bytes, sha256, reason },
    rows: data && rowsIn(data, delivery.feed.notRows),
    sameAs: sha256 && state === "ready" ? sameContent(contents, sha256, delivery.name) : null,
  };
}

function sameContent(contents: Cursor["contents"], sha256: string, name: string): string | null {
  const digest = sha256.slice(0, 20);
  contents[digest] ??= name;
  return contents[digest] === name ? null : contents[digest];
}

/** Lines that hold something, less those that are no rows. */
function rowsIn(data: Uint8Array, notRows: number): number {
  const lines = new TextDecoder().decode(data).split(/\r?\n/);
  return Math.max(0, lines.filter((line) => line !== "").length - notRows);
}
