import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { allRows, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { ConnectionList, Done, refusalIn, SyncList, type Connection } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

const DAY = 86_400_000;
/** The widest window the history may be asked for. */
const WIDEST = 7 * DAY;

/** What is asked of an account, with an API key. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { apiUrl = "", apiKey = "", apiSecret = "" } = connection;
  const authorize = basic(apiKey, apiSecret);
  const http = createHttp({
    ...{ baseUrl: apiUrl, tools, authorize, secrets: authorize.secrets, errorIn: refusalIn },
    budget: createBudget({ perSecond: settings.requestsPerSecond, burst: 60 }, tools),
    headers: { accept: "application/json;version=2" },
  });
  const { pageSize: limit } = settings;

  return {
    vendorNow: http.vendorNow,
    connections: (): Promise<Connection[]> =>
      allRows(
        pages({
          ask: (cursor) => http.get("/connections", ConnectionList, { query: { limit, cursor: cursor ?? undefined } }),
          rows: ({ data }) => data.items,
          next: ({ data }) => data.next_cursor,
        }),
      ),
    /** Syncs of a connection between two instants, in windows as wide as the vendor answers. */
    async *history(connectionId: string, from: string, to: string) {
      for (let begin = Date.parse(from); begin < Date.parse(to); begin += WIDEST) {
        const start_time = new Date(begin).toISOString();
        const end_time = new Date(Math.min(begin + WIDEST, Date.parse(to))).toISOString();
        yield* pages({
          ask: (cursor) =>
            http.get(`/connections/${connectionId}/sync-history`, SyncList, {
              query: { start_time, end_time, limit, cursor: cursor ?? undefined },
            }),
          rows: ({ data }) => data.items,
          next: ({ data }) => data.next_cursor,
        });
      }
    },
    /** Starts a sync unless one is under way; its answer names none. */
    sync: (connectionId: string) => http.post(`/connections/${connectionId}/sync`, Done, { json: { force: false } }),
  };
}
