import type { Logger } from "pino";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { ClickHouse } from "../store/clickhouse.ts";
import { examineAgain } from "./examine.ts";
import { insertRows, type PreparedRow } from "./insert-rows.ts";
import { openJournal, type Journal } from "./journal.ts";
import { rowLine } from "./row-line.ts";

const ROWS = 1_000;
const NEWLINE = 0x0a;

/** What a line of the journal says of an event beside what its text says itself. */
const Line = z
  .object({
    event_id: z.string(),
    received_at: z.string(),
    door: z.string(),
    source: z.string(),
    envelope: z.string(),
    raw: z.string(),
  })
  .transform(({ event_id: eventId, received_at: receivedAt, ...arrival }) => ({ eventId, receivedAt, ...arrival }));

export interface Recovered {
  events: number;
  /** Segments with a line that cannot be read before their end; set aside under these names. */
  unread: string[];
}

/**
 * Stores what a process before acknowledged and did not live to store, then empties the journal. Storing again what was
 * stored already changes nothing, so being cut short is made good by the next start. A last line without its end was
 * never acknowledged and is left out.
 */
export async function recoverJournal(clickhouse: ClickHouse, directory: string): Promise<Recovered> {
  const recovered: Recovered = { events: 0, unread: [] };
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const name of names.filter((each) => each.endsWith(".jsonl")).sort()) {
    const file = join(directory, name);
    let readable = true;
    let rows: PreparedRow[] = [];
    for (const text of linesOf(await readFile(file))) {
      const row = rowOf(text);
      if (!row) {
        readable = false;
        continue;
      }
      recovered.events += 1;
      if (rows.push(row) < ROWS) continue;
      await insertRows(clickhouse, rows);
      rows = [];
    }
    await insertRows(clickhouse, rows);
    if (readable) await rm(file);
    else {
      await rename(file, `${file}.unread`);
      recovered.unread.push(`${file}.unread`);
    }
  }
  return recovered;
}

function* linesOf(bytes: Buffer): Generator<string> {
  for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; start = end + 1, end = bytes.indexOf(NEWLINE, start)) {
    yield bytes.toString("utf8", start, end);
  }
}

function rowOf(text: string): PreparedRow | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const line = Line.safeParse(value);
  const examined = line.success ? examineAgain(line.data) : null;
  return examined?.ok ? { row: examined.row, line: rowLine(examined.row) } : null;
}

/** Recovers what was left behind, then opens the journal anew. */
export async function recoveredJournal(clickhouse: ClickHouse, directory: string, log: Logger): Promise<Journal> {
  const { events, unread } = await recoverJournal(clickhouse, directory);
  if (events > 0) log.info({ events }, "events of the journal were stored");
  for (const file of unread) log.error({ file }, "a part of the journal could not be read and was set aside");
  return openJournal(directory);
}
