import * as z from "zod";
import { VendorError, type Tools } from "../collector.ts";
import type { Http } from "../http.ts";
import { allRows, pages } from "../pages.ts";
import { CompassJob, LedgerRow } from "./vendor.ts";

const JOBS = "/DATAFABRIC/compass/v2/jobs";
/** Compass holds an answer back for so many seconds while a query runs. */
const HELD_SECONDS = 25;
/** A query that takes longer is stopped and asked again at the next poll. */
const PATIENCE = 3;

const Rows = z.array(LedgerRow);

/** Queries of the Data Lake. */
export function createCompass(http: Http, { log }: Tools) {
  async function finished(queryId: string): Promise<boolean> {
    for (let asked = 0; asked < PATIENCE; asked++) {
      const path = `${JOBS}/${encodeURIComponent(queryId)}/status/`;
      const { status, message } = await http.get(path, CompassJob, { query: { timeout: HELD_SECONDS } });
      if (status === "FINISHED") return true;
      if (status !== "RUNNING") {
        throw new VendorError(
          "refused",
          `Compass ended the ledger's query as ${status}: ${message ?? "without a reason"}`,
        );
      }
    }
    log.warn({ query: queryId }, "a query of the ledger took too long and is stopped");
    await http.send("PUT", `${JOBS}/${encodeURIComponent(queryId)}/cancel/`, { also: [404] });
    return false;
  }

  return {
    /** The rows of a query; null when it did not end in time. */
    async query(sql: string, limit: number): Promise<LedgerRow[] | null> {
      const ask = {
        text: sql,
        headers: { "content-type": "text/plain" },
        query: { queryExecutor: "datalake", records: 0 },
      };
      const { queryId } = await http.post(`${JOBS}/`, CompassJob, { ...ask, idempotent: true });
      if (!queryId)
        throw new VendorError("nonsense", "Compass took the ledger's query and did not say under which id.");
      if (!(await finished(queryId))) return null;
      const path = `${JOBS}/${encodeURIComponent(queryId)}/result/`;
      let before = "";
      return allRows(
        pages({
          ask: (offset) => http.get(path, Rows, { exactNumbers: true, query: { offset: offset ?? 0, limit } }),
          rows: (page) => page,
          next(page, read) {
            const text = JSON.stringify(page);
            if (page.length > 0 && text === before) {
              throw new VendorError("nonsense", "Compass answers one page of the ledger's query again and again.");
            }
            before = text;
            return page.length < limit ? null : read;
          },
        }),
      );
    },
  };
}
