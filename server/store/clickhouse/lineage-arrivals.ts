import type { ClickHouse } from "../clickhouse.ts";

/** Tables whose sightings say when they became known, and their keys. */
const KEPT = [
  { table: "lineage_steps", key: "origin, destination, how, via, producer, day" },
  { table: "lineage_columns", key: "node, field, direction, other, other_field, via, producer, how, day" },
];

/** Puts aside when everything became known. Cut short, it is simply run again: nothing put aside before is lost. */
export async function keepArrivals(clickhouse: ClickHouse): Promise<void> {
  for (const { table } of KEPT) await clickhouse.command(`INSERT INTO ${table}_arrived SELECT * FROM ${table}`);
}

/** Gives what was derived again its arrivals back; what is no longer derived stays away. */
export async function restoreArrivals(clickhouse: ClickHouse): Promise<void> {
  for (const { table, key } of KEPT) {
    await clickhouse.command(
      `INSERT INTO ${table} SELECT * FROM ${table}_arrived WHERE (${key}) IN (SELECT ${key} FROM ${table})`,
    );
    await clickhouse.change(({ on }) => `TRUNCATE TABLE ${table}_arrived ${on}`);
  }
}
