import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openClickHouse } from "../../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../../server/store/migrate-clickhouse.ts";
import { openTower } from "./tower.ts";

const PROGRAM = fileURLToPath(import.meta.url);

/**
 * Starts a small tower over a directory in a process of its own: it says "ready", takes each message's texts as events
 * and answers the ids it acknowledges.
 */
export function startIngestProcess(directory: string, input: "ignore" | "pipe"): ChildProcess {
  return spawn(process.execPath, [PROGRAM, directory], { stdio: [input, "inherit", "inherit", "ipc"] });
}

if (process.argv[1] === PROGRAM) {
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
}
