import { clickhouseNow } from "../store/clickhouse/clock.ts";
import { postgresNow } from "../store/postgres/clock.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import type { Postgres } from "../store/postgres.ts";
import { defineInspection, fine, notice, unseen, wrong, type Finding } from "./inspection.ts";

/** Deadlines are told to the minute; leases and sessions bear seconds. */
const NOTICED = 2_000;
const WRONG = 30_000;

/** How far the clocks of the engines' machines are from this one's; milliseconds, positive where theirs is ahead. */
export function judgeClocks(ahead: Readonly<Record<string, number>>): Finding[] {
  const mend = "Let every machine keep its time by NTP (chrony, systemd-timesyncd).";
  const found = Object.entries(ahead).flatMap(([engine, by]): Finding[] => {
    const told = `${engine}'s clock is ${(Math.abs(by) / 1000).toFixed(1)} s ${by > 0 ? "ahead of" : "behind"} this machine's.`;
    if (Math.abs(by) > WRONG) return [wrong(told, mend)];
    return Math.abs(by) > NOTICED ? [notice(told, mend)] : [];
  });
  return found.length > 0 ? found : [fine("The clocks agree.")];
}

export const clocksInspection = defineInspection({
  name: "clocks",
  title: "Clocks",
  async look({ clickhouse, postgres }) {
    const ahead: Record<string, number> = {};
    if ("opened" in clickhouse)
      ahead.ClickHouse = await aheadOf(clickhouse.opened, (engine: ClickHouse) => engine.ask(clickhouseNow, {}));
    if ("opened" in postgres)
      ahead.PostgreSQL = await aheadOf(postgres.opened, (engine: Postgres) => engine.ask(postgresNow, {}));
    if (Object.keys(ahead).length === 0) return [unseen("No engine could be asked for its time.")];
    return judgeClocks(ahead);
  },
});

/** Against the middle of the question's own time, so that a slow answer is no skew. */
async function aheadOf<E>(engine: E, ask: (engine: E) => Promise<{ now: number }[]>): Promise<number> {
  const before = Date.now();
  const [row] = await ask(engine);
  return (row?.now ?? NaN) - (before + Date.now()) / 2;
}
