import { createClient, type ClickHouseClient, type ClickHouseSettings } from "@clickhouse/client";
import { createChdbConnection } from "chdb/connection";
import { mkdirSync } from "node:fs";
import { Readable } from "node:stream";
import * as z from "zod";
import type { Question } from "./question.ts";

/** Settings under which every query runs, so that embedded and served engines answer byte for byte alike. */
const SETTINGS: ClickHouseSettings = {
  date_time_input_format: "best_effort",
  date_time_output_format: "iso",
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_named_tuples_as_objects: 1,
};

export interface ClickHouse {
  embedded: boolean;
  /** Asks a question: parameters are checked and bound, each row is parsed by the question's row. */
  ask<P extends z.ZodObject, R extends z.ZodType>(question: Question<P, R>, params: z.input<P>): Promise<z.output<R>[]>;
  /** Inserts rows already written as JSONEachRow lines, all or none acknowledged. */
  insertLines(table: string, lines: string): Promise<void>;
  /** Runs a statement of the migrations or the rebuild. */
  command(sql: string): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

export type ClickHouseAddress = { url: string } | { directory: string };

/** Opens the engine in process over a directory, or a server by URL; the same client and SQL serve both. */
export async function openClickHouse(address: ClickHouseAddress): Promise<ClickHouse> {
  const embedded = "directory" in address;
  const client = embedded
    ? embeddedClient(address.directory)
    : createClient({ url: address.url, clickhouse_settings: SETTINGS });
  await client
    .query({ query: "SELECT 1", format: "JSONEachRow", clickhouse_settings: SETTINGS })
    .then((set) => set.json());
  return over(client, embedded);
}

function embeddedClient(directory: string): ClickHouseClient {
  mkdirSync(directory, { recursive: true });
  // The official client takes the embedded engine as a connection; both sides call the hook experimental, so it is here only.
  return createClient({ connection: createChdbConnection({ path: directory }) } as unknown as Parameters<
    typeof createClient
  >[0]);
}

function over(client: ClickHouseClient, embedded: boolean): ClickHouse {
  return {
    embedded,
    async ask(question, params) {
      const set = await client.query({
        query: question.sql,
        query_params: question.params.parse(params) as Record<string, unknown>,
        format: "JSONEachRow",
        clickhouse_settings: { ...SETTINGS, log_comment: question.name },
      });
      return z.array(question.row).parse(await set.json());
    },
    async insertLines(table, lines) {
      await client.insert({
        table,
        format: "JSONEachRow",
        values: Readable.from([lines], { objectMode: false }),
        clickhouse_settings: SETTINGS,
      });
    },
    async command(sql) {
      await client.command({ query: sql, clickhouse_settings: SETTINGS });
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
