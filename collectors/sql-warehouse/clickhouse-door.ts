import * as z from "zod";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import type { SqlDoor } from "./door.ts";
import type { Settings } from "./settings.ts";

const Answer = z.looseObject({
  meta: z.array(z.looseObject({ name: z.string() })),
  data: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
});
/** AUTHENTICATION_FAILED, WRONG_PASSWORD, UNKNOWN_USER. */
const UNKNOWN_USER = /Code: (?:516|193|192)\b/;
/** NOT_ENOUGH_PRIVILEGES, READONLY. */
const NOT_ALLOWED = /Code: (?:497|164)\b/;

/** ClickHouse over its HTTP interface, in a session that may only read and is given up after its time. */
export function clickhouseDoor({ settings, connection }: SystemOf<Settings>, tools: Tools): SqlDoor {
  const { url = "", user = "", password = "" } = connection;
  const { pathname, origin } = new URL(url);
  const database = pathname.replace(/^\/+|\/+$/g, "");
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const headers = { "x-clickhouse-user": user, "x-clickhouse-key": password };
  const http = createHttp({ baseUrl: origin, tools, budget, headers, secrets: [password] });
  const limits = {
    ...{ readonly: 2, max_execution_time: settings.secondsAQuery, max_result_rows: settings.mostRows },
    ...{ result_overflow_mode: "throw", wait_end_of_query: 1, default_format: "JSONCompact" },
    ...{ output_format_json_quote_decimals: 1, output_format_json_quote_64bit_integers: 1 },
    ...{ date_time_output_format: "iso", session_timezone: "UTC" },
  };
  return {
    async query(sql, since) {
      const text = sql.replaceAll("{since}", "{since:DateTime64(3)}");
      const parameter = sql.includes("{since}") ? { param_since: since.replace("T", " ").replace("Z", "") } : {};
      const query = { ...limits, ...parameter, ...(database && { database }) };
      // It only asks, so it may be asked again.
      const answer = await http.post("/", Answer, { query, text, idempotent: true }).catch(meant);
      return answer.data.map((values) =>
        Object.fromEntries(answer.meta.map(({ name }, column) => [name, textOf(values[column])])),
      );
    },
    close: async () => {},
  };
}

function textOf(value: string | number | boolean | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** ClickHouse's own code says more than the status it comes with. */
function meant(error: unknown): never {
  const { text = "" } = ((error as Error).cause ?? {}) as { text?: string };
  if (!(error instanceof VendorError)) throw error;
  if (UNKNOWN_USER.test(text)) throw new VendorError("unauthorized", error.message);
  if (NOT_ALLOWED.test(text)) throw new VendorError("forbidden", error.message);
  if (error.code === "not-found") throw new VendorError("refused", error.message);
  throw error;
}
