import pg from "pg";
import { VendorError, type SystemOf } from "../collector.ts";
import { createRedaction } from "../redaction.ts";
import type { Row, SqlDoor } from "./door.ts";
import type { Settings } from "./settings.ts";

const PATIENCE = 10_000;
/** Every value as PostgreSQL writes it, so that no digit is lost. */
const asText = { getTypeParser: () => (text: string) => text };

/** PostgreSQL, and what speaks its protocol: one connection a reading, every question in a read-only transaction. */
export function postgresDoor({ settings, connection }: SystemOf<Settings>): SqlDoor {
  const { url = "", user, password } = connection;
  const redact = createRedaction([password ?? ""]);
  let open: Promise<pg.Client> | null = null;

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...{ connectionString: url, connectionTimeoutMillis: PATIENCE, application_name: "tieout" },
      ...(user && { user }),
      ...(password && { password }),
      ...{ query_timeout: (settings.secondsAQuery + 5) * 1000, types: asText as never },
    });
    client.on("error", () => (open = null));
    await client.connect();
    return client;
  }
  return {
    async query(sql, since) {
      try {
        const client = await (open ??= connect());
        await client.query("begin transaction read only");
        try {
          await client.query(`set local statement_timeout = ${settings.secondsAQuery * 1000}`);
          await client.query("set local time zone 'UTC'");
          const text = `select * from (${sql.replaceAll("{since}", "$1::timestamptz")}) as asked limit ${settings.mostRows + 1}`;
          const { rows } = await client.query<Row>(text, sql.includes("{since}") ? [since] : []);
          if (rows.length <= settings.mostRows) return rows;
        } finally {
          await client.query("rollback");
        }
      } catch (error) {
        open = null;
        throw refusal(error as Error & { code?: string }, redact);
      }
      throw new VendorError("refused", `A query answers more than ${settings.mostRows} rows.`);
    },
    async close() {
      const client = await open?.catch(() => null);
      open = null;
      await client?.end();
    },
  };
}

/** By SQLSTATE: class 28 is who asks, 42501 what it may, 42 the question itself, 57014 that it took too long. */
function refusal(error: Error & { code?: string }, redact: (text: string) => string): VendorError {
  const message = redact(`PostgreSQL answered: ${error.message}`);
  const code = error.code ?? "";
  if (code.startsWith("28")) return new VendorError("unauthorized", message);
  if (code === "42501" || code === "25006") return new VendorError("forbidden", message);
  if (code.startsWith("42") || code.startsWith("22")) return new VendorError("refused", message);
  return new VendorError("unreachable", message);
}
