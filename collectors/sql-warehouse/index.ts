import { defineCollector, VendorError, type Pull, type SystemOf, type Tools } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { holdingEvents, type Holding } from "../holdings.ts";
import { byTime, readWindow, type WindowCursor } from "../run-window.ts";
import { clickhouseDoor } from "./clickhouse-door.ts";
import type { SqlDoor } from "./door.ts";
import { holdingsIn, isOpen, loadEvents, loadOf, PRODUCER, type Load } from "./map.ts";
import { postgresDoor } from "./postgres-door.ts";
import { Settings } from "./settings.ts";

export interface Cursor {
  loads: WindowCursor | null;
  /** When totals were last asked for, and a digest of what was told. */
  totals: { at: string; told: Record<string, string> };
}

/** SQL warehouses: their log of loads, and what their tables add up to, by declared queries that only read. */
export const sqlWarehouse = defineCollector<typeof Settings, Cursor>({
  id: "sql-warehouse",
  title: "SQL warehouse",
  capabilities: ["list-runs", "counts", "control-totals"],
  settings: Settings,
  connection: {
    url: "postgresql://host:5432/database, or the https: address of ClickHouse with the database as its path",
    user: "a user who may only read",
    password: "that user's password",
  },
  open(system, tools) {
    const door = openDoor(system, tools);
    return {
      check: () => closing(door, () => checked(door, system.settings, tools)),
      pull: (cursor) => closing(door, () => pullWarehouse(cursor, system, door, tools)),
    };
  },
});

function openDoor(system: SystemOf<Settings>, tools: Tools): SqlDoor {
  const { url = "" } = system.connection;
  if (/^postgres(ql)?:/.test(url)) return postgresDoor(system);
  if (/^https?:/.test(url)) return clickhouseDoor(system, tools);
  throw new VendorError("refused", "A warehouse is asked at a postgresql: or an https: address.");
}

async function closing<T>(door: SqlDoor, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } finally {
    await door.close();
  }
}

async function pullWarehouse(
  cursor: Cursor | null,
  { namespace, settings }: SystemOf<Settings>,
  door: SqlDoor,
  { clock }: Tools,
): Promise<Pull<Cursor>> {
  const now = clock.now();
  const { loads, overlapMinutes } = settings;
  const read = loads
    ? await readWindow<Load>(cursor?.loads ?? null, {
        ...{ now, retentionDays: loads.retentionDays, overlapMinutes },
        async *list(from) {
          yield (await door.query(loads.query, from)).map(loadOf);
        },
        sight: (load) => ({
          ...{ key: load.key, changedAt: load.changedAt, open: isOpen(load) },
          version: JSON.stringify(load.row),
        }),
        events: (load) => loadEvents(load, namespace, settings),
        gap: (from, to) => gapEvent({ collector: "sql-warehouse", namespace, history: "The log of loads", from, to }),
      })
    : { events: [], cursor: null, openRuns: 0, more: false };
  const totals = await readTotals(cursor?.totals ?? { at: "", told: {} }, { namespace, settings }, door, now);
  return {
    events: [...read.events, ...totals.events].sort(byTime),
    cursor: { loads: read.cursor, totals: totals.mark },
    ...{ more: read.more, openRuns: read.openRuns },
  };
}

async function readTotals(
  before: Cursor["totals"],
  { namespace, settings }: Pick<SystemOf<Settings>, "namespace" | "settings">,
  door: SqlDoor,
  now: Date,
) {
  const every = settings.totalsEveryMinutes * 60_000;
  const at = new Date(Math.floor(now.getTime() / every) * every).toISOString();
  if (settings.totals.length === 0 || at <= before.at) return { events: [], mark: before };
  const held: Holding[] = [];
  for (const query of settings.totals) held.push(...holdingsIn(await door.query(query.query, at), query));
  const { events, told } = holdingEvents({ producer: PRODUCER, namespace, at }, held, before.told);
  return { events, mark: { at, told } };
}

async function checked(door: SqlDoor, settings: Settings, { clock }: Tools) {
  const dayAgo = new Date(clock.now().getTime() - 86_400_000).toISOString();
  const sees: string[] = [];
  if (settings.loads)
    sees.push(`${(await door.query(settings.loads.query, dayAgo)).map(loadOf).length} loads since yesterday`);
  const warnings: string[] = [];
  for (const query of settings.totals) {
    const held = holdingsIn(await door.query(query.query, dayAgo), query);
    sees.push(`${query.dataset}: figures of ${held.length} entities and periods`);
    if (held.length === 0) warnings.push(`${query.dataset} answers no totals`);
  }
  return { sees, warnings };
}
