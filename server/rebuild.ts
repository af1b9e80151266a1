import { join, resolve } from "node:path";
import { lockDataDirectory } from "./data-lock.ts";
import { rebuildDerived } from "./ingest/rebuild-derived.ts";
import { recoverJournal } from "./ingest/recover-journal.ts";
import { OptionError, readOptions } from "./options.ts";
import { createSay } from "./say.ts";
import { openClickHouse } from "./store/clickhouse.ts";
import { migrateClickHouse } from "./store/migrate-clickhouse.ts";

/** `npm run rebuild`: derives everything again from the raw events. Tieout itself must be stopped. */
const say = createSay(process.stdout);
try {
  const options = readOptions(process.argv.slice(2), process.env, resolve(import.meta.dirname, ".."));
  const unlock = lockDataDirectory(options.data);
  const clickhouse = await openClickHouse(
    options.clickhouseUrl
      ? { url: options.clickhouseUrl, cluster: options.clickhouseCluster }
      : { directory: join(options.data, "clickhouse") },
  );
  await migrateClickHouse(clickhouse);
  if (!options.clickhouseUrl) await recoverJournal(clickhouse, join(options.data, "journal"));
  const { events, unread } = await rebuildDerived(clickhouse, (done, all) =>
    say.bar("Deriving from raw events", all === 0 ? 1 : done / all, `${done} of ${all}`),
  );
  for (const { eventId, reason } of unread) say.line(`  ${eventId} was left out: ${reason}`);
  say.line(`  ${events} events, everything derived anew.`);
  await clickhouse.close();
  unlock();
  process.exit(0);
} catch (error) {
  const reason = error instanceof OptionError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`\nNothing more was rebuilt. ${reason}\n`);
  process.exit(1);
}
