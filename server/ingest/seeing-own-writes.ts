import type { ClickHouse } from "../store/clickhouse.ts";
import type { Ingest } from "./ingest.ts";

/** The same engine, whose questions are answered once all that was accepted before them is in the tables. */
export function seeingOwnWrites(clickhouse: ClickHouse, ingest: Pick<Ingest, "stored">): ClickHouse {
  return {
    ...clickhouse,
    async ask(question, params) {
      await ingest.stored();
      return clickhouse.ask(question, params);
    },
  };
}
