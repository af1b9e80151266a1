import { openClickHouse } from "../../server/store/clickhouse.ts";
import { select } from "../clickhouse.ts";

/** Opens the engine in a folder, merges its tables, and prints events, the bytes of their texts and the bytes all but lines take. */
const clickhouse = await openClickHouse({ directory: process.argv[2]! });
const tables = await select(
  clickhouse,
  "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
);
for (const { name } of tables) await clickhouse.command(`OPTIMIZE TABLE ${String(name)} FINAL`);
const [events] = await select(clickhouse, "SELECT toUInt32(count()) AS events, sum(length(raw)) AS text FROM events");
const [disk] = await select(
  clickhouse,
  `SELECT sum(bytes_on_disk) AS bytes FROM system.parts
   WHERE database = currentDatabase() AND active AND NOT startsWith(table, 'line_') AND table != 'lines'`,
);
await clickhouse.close();
process.stdout.write(JSON.stringify({ ...events, ...disk }));
