import { join } from "node:path";
import { openClickHouse } from "../server/store/clickhouse.ts";
import { migrateClickHouse } from "../server/store/migrate-clickhouse.ts";
import { migratePostgres } from "../server/store/migrate-postgres.ts";
import { openPostgres } from "../server/store/postgres.ts";
import { makeQueue } from "../server/tasks/boss.ts";

/** Makes both engines in the folder named, as a first start does, and closes them. A process of its own: chDB allows one folder a process. */
const folder = process.argv[2]!;
const clickhouse = await openClickHouse({ directory: join(folder, "clickhouse") });
await migrateClickHouse(clickhouse);
await clickhouse.close();
const postgres = await openPostgres({ directory: join(folder, "postgres") });
await migratePostgres(postgres);
await makeQueue(postgres);
await postgres.close();
