import { openClickHouse } from "../../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../../server/store/migrate-clickhouse.ts";
import { openTower } from "./tower.ts";

/** A small tower over the directory given: takes each message's texts as events, answers the ids it acknowledges. */
const clickhouse = await openClickHouse({ directory: process.argv[2] ?? "" });
await migrateClickHouse(clickhouse);
const { ingest } = openTower(clickhouse);
process.on("message", (texts: string[]) => {
  for (const text of texts) {
    void ingest.acceptTexts([{ text }], { door: "lineage", source: "test" }).then(([answer]) => {
      if (answer?.status === "accepted") process.send?.(answer.eventId);
    });
  }
});
process.send?.("ready");
