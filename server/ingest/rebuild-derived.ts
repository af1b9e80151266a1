import type { ClickHouse } from "../store/clickhouse.ts";
import { emptyDerivedTables } from "../store/clickhouse/derived-tables.ts";
import { keepArrivals, restoreArrivals } from "../store/clickhouse/lineage-arrivals.ts";
import { eventCount, eventsAfter } from "../store/clickhouse/events.ts";
import { examineAgain } from "./examine.ts";
import { insertRows } from "./insert-rows.ts";
import { rowLine } from "./row-line.ts";

const PAGE = 500;
const BEGINNING = { jobNamespace: "", jobName: "", runId: "", eventTime: "1970-01-01 00:00:00.000", eventId: "" };

export interface Rebuilt {
  events: number;
  /** Stored events that today's reader no longer accepts; they stay in `events`. */
  unread: { eventId: string; reason: string }[];
}

/**
 * Empties the derived tables and fills them again from the raw events. Nothing else may write meanwhile; cut short, it
 * is simply run again. `progress` is told after each page.
 */
export async function rebuildDerived(
  clickhouse: ClickHouse,
  progress: (done: number, all: number) => void,
): Promise<Rebuilt> {
  const [count] = await clickhouse.ask(eventCount, {});
  const all = count?.events ?? 0;
  await keepArrivals(clickhouse);
  await emptyDerivedTables(clickhouse);
  const unread: Rebuilt["unread"] = [];
  let done = 0;
  for (let after = BEGINNING; ;) {
    const page = await clickhouse.ask(eventsAfter, { ...after, limit: PAGE });
    const rows = page.flatMap((stored) => {
      const examined = examineAgain(stored);
      if (examined.ok) return { row: examined.row, line: rowLine(examined.row, true) };
      unread.push({ eventId: stored.eventId, reason: examined.reason });
      return [];
    });
    await insertRows(clickhouse, rows);
    done += page.length;
    progress(done, all);
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = { ...last.key, eventId: last.eventId };
  }
  await restoreArrivals(clickhouse);
  return { events: done, unread };
}
