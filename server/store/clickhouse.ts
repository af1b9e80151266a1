import { ClickHouseLogLevel, createClient, type ClickHouseClient, type ClickHouseSettings } from "@clickhouse/client";
import { createChdbConnection, type ChdbConnection } from "chdb/connection";
import { closeSync, createReadStream, mkdirSync, openSync } from "node:fs";
import { Readable } from "node:stream";
import { isatty } from "node:tty";
import * as z from "zod";
import { OptionError } from "../options.ts";
import { clusterShards, currentDatabase } from "./clickhouse/cluster.ts";
import { orAway } from "./engine-away.ts";
import type { Question } from "./question.ts";
import { ACROSS, KEPT_HERE, keptOn, spreadOf, type Cluster, type Kept, type Spread } from "./shards.ts";

/** Settings under which every query runs, so that embedded and served engines answer byte for byte alike. */
const SETTINGS: ClickHouseSettings = {
  date_time_input_format: "best_effort",
  date_time_output_format: "iso",
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_named_tuples_as_objects: 1,
};

/** Views are fed side by side, by few threads so that boards still read; history may span any number of years. */
const INSERTING = {
  date_time_input_format: "best_effort",
  // Durable when answered, and not held back to be joined with others: that was done before.
  async_insert: 0,
  parallel_view_processing: 1,
  max_threads: 2,
  max_insert_threads: "1",
} as const;

export interface ClickHouse {
  embedded: boolean;
  /** The cluster of the server connected to, where one was named. */
  cluster: Cluster | null;
  /** Asks a question: parameters are checked and bound, each row is parsed by the question's row. */
  ask<P extends z.ZodObject, R extends z.ZodType>(question: Question<P, R>, params: z.input<P>): Promise<z.output<R>[]>;
  /** Inserts rows already written as JSONEachRow lines, all or none acknowledged. */
  insertLines(table: string, lines: string): Promise<void>;
  /** Has the engine read a file and insert what a SELECT makes of its columns, all of them text. */
  insertFile(file: FileInsert): Promise<void>;
  /** Runs a statement on the server connected to. */
  command(sql: string): Promise<void>;
  /** Runs a statement that makes, changes or empties tables that keep rows; on every shard, where it says `on`. */
  change(statement: (kept: Kept) => string): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** A file on this machine's disk, and what becomes of its rows. */
export interface FileInsert {
  path: string;
  format: "CSVWithNames" | "JSONEachRow" | "Parquet";
  /** Names and types of the columns taken, as the engine's table functions write them. */
  structure: string;
  table: string;
  /** The rows to insert, out of the source given. */
  select: (source: string) => string;
  settings: ClickHouseSettings;
}

export type ClickHouseAddress = { url: string; cluster?: string | null } | { directory: string };

/**
 * Opens the engine in process over a directory, or a server by URL; the same client and SQL serve both.
 *
 * @throws {OptionError} where the server knows no cluster of the name
 */
export async function openClickHouse(address: ClickHouseAddress): Promise<ClickHouse> {
  if ("directory" in address) return over(await answering(embedded(address.directory)), null);
  const alone = over(await answering(served(address.url, SETTINGS)), null);
  if (!address.cluster) return alone;
  try {
    const cluster = await clusterOf(alone, address.cluster);
    if (!cluster.spread) return { ...alone, cluster };
    await alone.close();
    return across(address.url, { ...cluster, spread: cluster.spread });
  } catch (error) {
    await alone.close();
    throw error;
  }
}

async function answering(engine: Engine): Promise<Engine> {
  await engine.client
    .query({ query: "SELECT 1", format: "JSONEachRow", clickhouse_settings: engine.settings })
    .then((set) => set.json());
  return engine;
}

/** A board that asked one shard of several would show what that one knows as if it were everything. */
async function clusterOf(server: ClickHouse, name: string): Promise<Cluster> {
  const [found] = await server.ask(clusterShards, { cluster: name });
  const shards = found?.shards ?? 0;
  if (shards === 0) {
    throw new OptionError(
      `CLICKHOUSE_CLUSTER=${name}: the server knows no cluster of this name. Name one of system.clusters, or leave it out.`,
    );
  }
  if (shards === 1) return { name, spread: null };
  const [database] = await server.ask(currentDatabase, {});
  return { name, spread: spreadOf(database?.name ?? "") };
}

/** Asks and inserts through the tables in front; changes what is kept in the database behind them. */
function across(url: string, cluster: Cluster & { spread: Spread }): ClickHouse {
  const front = over(served(url, { ...SETTINGS, ...ACROSS }), cluster);
  const place = new URL(url);
  place.pathname = `/${encodeURIComponent(cluster.spread.behind)}`;
  const behind = over(served(place.href, SETTINGS), cluster);
  const kept = keptOn(cluster);
  return {
    ...front,
    change: (statement) => behind.command(statement(kept)),
    async close() {
      for (const each of [front, behind]) await each.close();
    },
  };
}

interface Engine {
  embedded: boolean;
  client: ClickHouseClient;
  /** What every statement of it runs under. */
  settings: ClickHouseSettings;
  insertLines: ClickHouse["insertLines"];
  insertFile: ClickHouse["insertFile"];
}

/** The official client takes the embedded engine as a connection; both sides call the hook experimental, so it is here only. */
function embedded(directory: string): Engine {
  mkdirSync(directory, { recursive: true });
  closeStandardInput();
  const connection = createChdbConnection({ path: directory }) as ChdbConnection;
  const client = createClient({ connection } as unknown as Parameters<typeof createClient>[0]);
  return {
    embedded: true,
    client,
    settings: SETTINGS,
    // Bytes go to the engine's own parser as they are; through the client they would be copied into the statement.
    insertLines: async (table, lines) => {
      await connection.chdb.rawInsert({
        table,
        format: "JSONEachRow",
        values: Buffer.from(lines),
        settings: INSERTING,
      });
    },
    insertFile: async ({ path, format, structure, table, select, settings }) => {
      const source = `file(${quoted(path)}, ${format}, ${quoted(structure)})`;
      const query = `INSERT INTO ${table} ${select(source)}`;
      await client.command({ query, clickhouse_settings: { ...SETTINGS, ...INSERTING, ...settings } });
    },
  };
}

/** Text as the engine writes it in a statement. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/**
 * The embedded engine adds whatever waits on the process's standard input to any INSERT, as its command line would. It
 * is given an empty one: the lowest free descriptor is the one just closed.
 */
function closeStandardInput(): void {
  if (isatty(0) || inputClosed) return;
  closeSync(0);
  if (openSync("/dev/null", "r") !== 0) throw new Error("Standard input could not be closed for the embedded engine.");
  inputClosed = true;
}
let inputClosed = false;

function served(url: string, settings: ClickHouseSettings): Engine {
  // What it would log it also throws, and whoever asked tells it better.
  const client = createClient({ url, clickhouse_settings: settings, log: { level: ClickHouseLogLevel.OFF } });
  return {
    embedded: false,
    client,
    settings,
    insertLines: async (table, lines) => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} FORMAT JSONEachRow`,
        values: Readable.from([Buffer.from(lines)], { objectMode: false }),
        clickhouse_settings: { ...settings, ...INSERTING },
      });
      // The connection is free again only when the answer was read to its end.
      for await (const _ of stream);
    },
    insertFile: async ({ path, format, structure, table, select, settings: own }) => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} ${select(`input(${quoted(structure)})`)} FORMAT ${format}`,
        values: createReadStream(path),
        clickhouse_settings: { ...settings, ...INSERTING, ...own },
      });
      for await (const _ of stream);
    },
  };
}

function over({ client, settings, ...engine }: Engine, cluster: Cluster | null): ClickHouse {
  return {
    ...engine,
    cluster,
    async ask(question, params) {
      const asked = client.query({
        query: question.sql,
        query_params: question.params.parse(params) as Record<string, unknown>,
        format: "JSONEachRow",
        clickhouse_settings: { ...settings, log_comment: question.name },
      });
      const answered = asked.then((set) => set.json());
      return z.array(question.row).parse(await orAway("ClickHouse", answered));
    },
    async command(sql) {
      await client.command({ query: sql, clickhouse_settings: settings });
    },
    change: async (statement) => {
      await client.command({ query: statement(KEPT_HERE), clickhouse_settings: settings });
    },
    async ping() {
      try {
        await client.query({ query: "SELECT 1", format: "JSONEachRow" }).then((set) => set.json());
        return true;
      } catch {
        return false;
      }
    },
    close: () => client.close(),
  };
}
