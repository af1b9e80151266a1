import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { createIngest } from "../../server/ingest/ingest.ts";
import { createMetrics } from "../../server/metrics.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { createCorpus } from "./corpus.ts";
import type { BenchEstate } from "./estate.ts";
import { CONNECTIONS, EVENTS, SIZE } from "./ingest-batch.ts";

/**
 * The reference of `ingest-batch`: rows are prepared beforehand by the real code, then handed to the engine as the server
 * would, over the same tables and views, in groups as large as all connections together can fill. Prints events a second.
 */
const estate = JSON.parse(process.argv[2] ?? "") as BenchEstate;
const directory = await mkdtemp(join(tmpdir(), "tieout-engine-"));
const clickhouse = await openClickHouse({ directory });
await migrateClickHouse(clickhouse);

const groups = await prepared(clickhouse, EVENTS);
const begun = performance.now();
for (const { table, lines } of groups) await clickhouse.insertLines(table, lines);
process.stdout.write(String(EVENTS / ((performance.now() - begun) / 1000)));
await clickhouse.close();
await rm(directory, { recursive: true, force: true });

/** The inserts the server would make for these events, caught on their way to the engine. */
async function prepared(engine: ClickHouse, events: number): Promise<{ table: string; lines: string }[]> {
  const caught: { table: string; lines: string }[] = [];
  const ingest = createIngest({
    clickhouse: { ...engine, insertLines: async (table, lines) => void caught.push({ table, lines }) },
    clock: { now: () => new Date() },
    log: pino({ enabled: false }),
    metrics: createMetrics(),
    facts: { apply: () => undefined },
    maxEventBytes: 32 * 1024 * 1024,
  });
  const corpus = createCorpus(estate);
  const size = SIZE * CONNECTIONS;
  for (let from = 0; from < events; from += size) {
    const texts = Array.from({ length: Math.min(size, events - from) }, (_, index) => ({
      text: corpus.text(from + index),
    }));
    await ingest.acceptTexts(texts, { door: "lineage", source: "key:bench" });
  }
  return caught;
}
