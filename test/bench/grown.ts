import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import * as z from "zod";
import { createIngest } from "../../server/ingest/ingest.ts";
import { createMetrics } from "../../server/metrics.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { defineQuestion } from "../../server/store/question.ts";
import { copyEngines } from "../prepared-data.ts";
import { createCorpus } from "./corpus.ts";
import type { BenchEstate } from "./estate.ts";

/** Events the server's own code prepares; the engine then repeats them under other runs, which is what it is fast at. */
const PREPARED = 20_000;
/** Rounds lie this many seconds apart, so that ten million events reach half a year back. */
const APART = 28_000;

const STAMPED = "Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)";

const columnsOf = defineQuestion({
  engine: "clickhouse",
  name: "bench.columns-of",
  params: z.object({ table: z.string() }),
  row: z.object({ name: z.string(), type: z.string() }),
  sql: "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position",
});

/**
 * A data folder over so many events, as the server would have stored them: every table and view fed by the same inserts. Each
 * round of events has runs, events and times of its own.
 */
export async function grownData(estate: BenchEstate, events: number, say: (text: string) => void): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), "tieout-grown-"));
  await copyEngines(data, ["clickhouse", "postgres"]);
  const clickhouse = await openClickHouse({ directory: join(data, "clickhouse") });
  const files = await preparedFiles(clickhouse, estate, data);
  const rounds = Math.ceil(events / PREPARED);
  for (let round = 0; round < rounds; round += 1) {
    for (const { table, path } of files) await insertRound(clickhouse, { table, path, round });
    if (round % 10 === 9) say(`${((round + 1) * PREPARED).toLocaleString("en")} events in`);
  }
  await clickhouse.close();
  for (const { path } of files) await rm(path);
  return data;
}

interface PreparedFile {
  table: string;
  path: string;
}

/** The lines the server would insert, a file for each table, in the order it inserts them. */
async function preparedFiles(engine: ClickHouse, estate: BenchEstate, folder: string): Promise<PreparedFile[]> {
  const lines = new Map<string, string[]>();
  const caught = async (table: string, text: string) => void lines.set(table, [...(lines.get(table) ?? []), text]);
  const ingest = createIngest({
    clickhouse: { ...engine, insertLines: caught },
    clock: { now: () => new Date() },
    log: pino({ enabled: false }),
    metrics: createMetrics(),
    facts: { apply: () => undefined },
    maxEventBytes: 32 * 1024 * 1024,
  });
  const corpus = createCorpus(estate);
  const texts = Array.from({ length: PREPARED }, (_, index) => ({ text: corpus.text(index) }));
  for (let from = 0; from < PREPARED; from += 1_000) {
    await ingest.acceptTexts(texts.slice(from, from + 1_000), { door: "lineage", source: "key:bench" });
  }
  const files: PreparedFile[] = [];
  for (const [table, parts] of lines) {
    const path = join(folder, `${table}.jsonl`);
    await writeFile(path, parts.join("\n"));
    files.push({ table, path });
  }
  return files;
}

/** Columns that name a run or an event, and the times they have, as the round has them. */
async function insertRound(clickhouse: ClickHouse, given: PreparedFile & { round: number }): Promise<void> {
  const { table, path, round } = given;
  const tag = round.toString(16).padStart(8, "0");
  const columns = await clickhouse.ask(columnsOf, { table });
  const own = (runId: string) => `if(${runId} = '', '', concat('${tag}', substring(${runId}, 9)))`;
  const earlier = (text: string) => `${text} - INTERVAL ${round * APART} SECOND`;
  const replaced = columns.map(({ name, type }) => {
    if (name === "run_id") return `${own(name)} AS ${name}`;
    if (name === "event_id") return `concat(substring(event_id, 1, 56), '${tag}') AS event_id`;
    if (name === "event_time" || name === "received_at") return `${earlier(name)} AS ${name}`;
    if (type === STAMPED)
      return `if(${name}.3 = '', ${name}, (${earlier(`${name}.1`)}, ${name}.2, ${name}.3)::${STAMPED}) AS ${name}`;
    if (name === "correlations")
      return `arrayMap(seen -> (seen.1, seen.2, seen.3, seen.4, ${own("seen.5")})::${inside(type)}, ${name}) AS ${name}`;
    return name;
  });
  await clickhouse.insertFile({
    ...{ path, format: "JSONEachRow", table },
    structure: columns.map(({ name, type }) => `${name} ${type}`).join(", "),
    select: (source) => `SELECT ${replaced.join(", ")} FROM ${source}`,
    settings: {},
  });
}

/** The type of an array's members. */
function inside(array: string): string {
  return array.slice("Array(".length, -1);
}
