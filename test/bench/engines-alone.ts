import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClickHouse } from "../../server/store/clickhouse.ts";
import { openPostgres } from "../../server/store/postgres.ts";

/** Opens both engines over nothing and prints what the process then keeps resident, in bytes. */
const directory = await mkdtemp(join(tmpdir(), "tieout-engines-"));
const clickhouse = await openClickHouse({ directory: join(directory, "clickhouse") });
const postgres = await openPostgres({ directory: join(directory, "postgres") });
process.stdout.write(String(process.memoryUsage().rss));
await clickhouse.close();
await postgres.close();
await rm(directory, { recursive: true, force: true });
