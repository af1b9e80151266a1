import { createFacts, type FactsInMemory } from "../facts/facts.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { createIngest, type Ingest, type IngestDeps } from "./ingest.ts";
import { recoveredJournal } from "./recover-journal.ts";
import { seeingOwnWrites } from "./seeing-own-writes.ts";

/** How far back runs and figures are kept at hand: earlier closes to compare with, and then some. */
export const MEMORY = 200 * 24 * 3_600_000;

export interface OpenIngest extends Omit<IngestDeps, "facts" | "journal"> {
  /** Folder of the journal; null where the engine is served, and then there is none. */
  journal: string | null;
  onStop(close: () => unknown): void;
}

/**
 * Stores what a process before left in its journal, reads what is known, and opens the way in. The engine answered is
 * the one to ask: it has everything accepted before a question.
 */
export async function openIngest(
  opening: OpenIngest,
): Promise<{ facts: FactsInMemory; ingest: Ingest; clickhouse: ClickHouse }> {
  const { clickhouse, clock, log, journal: directory, onStop } = opening;
  const journal = directory === null ? null : await recoveredJournal(clickhouse, directory, log);
  onStop(() => journal?.close());
  const facts = createFacts();
  await facts.load(clickhouse, new Date(clock.now().getTime() - MEMORY));
  const ingest = createIngest({ ...opening, facts, journal });
  onStop(() => ingest.idle());
  return { facts, ingest, clickhouse: seeingOwnWrites(clickhouse, ingest) };
}
