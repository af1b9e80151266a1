import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouse } from "../store/clickhouse.ts";
import type { Ingest } from "./ingest.ts";

/** Milliseconds a question waits. A store that takes nothing more can still say what it has. */
const PATIENCE = 10_000;

/** The same engine, whose questions are answered once all that was accepted before them is in the tables. */
export function seeingOwnWrites(clickhouse: ClickHouse, ingest: Pick<Ingest, "stored">): ClickHouse {
  return {
    ...clickhouse,
    async ask(question, params) {
      const patience = new AbortController();
      await Promise.race([ingest.stored(), sleep(PATIENCE, undefined, { signal: patience.signal })]);
      patience.abort();
      return clickhouse.ask(question, params);
    },
  };
}
