import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pino from "pino";
import { recoveredJournal } from "../../../server/ingest/recover-journal.ts";
import { openClickHouse } from "../../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../../server/store/migrate-clickhouse.ts";
import { openTower } from "./tower.ts";

const PROGRAM = fileURLToPath(import.meta.url);

/** Where such a process keeps what below its directory. */
export const enginePath = (directory: string) => join(directory, "clickhouse");
export const journalPath = (directory: string) => join(directory, "journal");

export interface IngestProcessOptions {
  input?: "ignore" | "pipe";
  /** The engine never answers an insert, so that what is acknowledged is in the journal alone. */
  stuck?: boolean;
}

/**
 * Starts a small tower over a directory in a process of its own: it says "ready", takes each message's texts as events
 * and answers the ids it acknowledges.
 */
export function startIngestProcess(directory: string, { input = "ignore", stuck = false }: IngestProcessOptions) {
  const argv = [PROGRAM, directory, ...(stuck ? ["stuck"] : [])];
  return spawn(process.execPath, argv, { stdio: [input, "inherit", "inherit", "ipc"] });
}

if (process.argv[1] === PROGRAM) {
  const [, , directory = "", stuck] = process.argv;
  const clickhouse = await openClickHouse({ directory: enginePath(directory) });
  await migrateClickHouse(clickhouse);
  const journal = await recoveredJournal(clickhouse, journalPath(directory), pino({ level: "silent" }));
  const engine = stuck ? { ...clickhouse, insertLines: () => new Promise<void>(() => {}) } : clickhouse;
  const { ingest } = openTower(engine, { journal });
  process.on("message", (texts: string[]) => {
    for (const text of texts) {
      void ingest.acceptTexts([{ text }], { door: "lineage", source: "test" }).then(([answer]) => {
        if (answer?.status === "accepted") process.send?.(answer.eventId);
      });
    }
  });
  process.send?.("ready");
}
