import type { ClickHouse } from "../store/clickhouse.ts";
import { eventsAfter } from "../store/clickhouse/events.ts";
import { examineAgain } from "./examine.ts";
import { insertRows } from "./insert-rows.ts";
import { rowLine } from "./row-line.ts";

const PAGE = 500;
const BEGINNING = { jobNamespace: "", jobName: "", runId: "", eventTime: "1970-01-01 00:00:00.000", eventId: "" };

/**
 * Derives everything once more from the raw events while the tower goes on. Nothing is emptied: what is derived survives
 * duplicates and any order, so that what was missing comes and the rest stays. Answers how many events.
 */
export async function deriveLive(clickhouse: ClickHouse): Promise<number> {
  let done = 0;
  for (let after = BEGINNING; ;) {
    const page = await clickhouse.ask(eventsAfter, { ...after, limit: PAGE });
    const rows = page.flatMap((stored) => {
      const examined = examineAgain(stored);
      return examined.ok ? [{ row: examined.row, line: rowLine(examined.row, true) }] : [];
    });
    await insertRows(clickhouse, rows);
    done += page.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return done;
    after = { ...last.key, eventId: last.eventId };
  }
}
