import { VendorError, type Tools } from "../collector.ts";
import type { EpmClient } from "./client.ts";
import { consoleRows, stateOf, type ConsoleRow } from "./map.ts";
import type { EpmSettings } from "./settings.ts";

/** An export of the job console that was asked for. */
export interface Export {
  jobId: string;
  /** What began after it is not in it. */
  askedAt: string;
}

const DAY = 86_400_000;
const SPANS = [7, 30, 60];
/** An export that has not come to its end by then is asked for anew. */
const PATIENCE = 3_600_000;
/** How often, and how many seconds apart, an export somebody waits for is looked at. */
const LOOKS = 15;
const BETWEEN_LOOKS_SECONDS = 2;

/** Reads the list of jobs, which Oracle only gives as a file: an export is asked for, looked after and downloaded. */
export function createConsole(client: EpmClient, settings: EpmSettings, tools: Tools) {
  const ask = async (since: string): Promise<Export> => {
    const now = client.vendorNow();
    const days = (now.getTime() - Date.parse(since)) / DAY + 1;
    const span = SPANS.find((each) => days <= each);
    const { jobId } = await client.exportConsole(span ? String(span) : "all");
    return { jobId, askedAt: client.vendorNow().toISOString() };
  };
  /** Rows once the export is done, null while it runs; refuses where it failed. */
  const rowsOf = async (asked: Export): Promise<ConsoleRow[] | null> => {
    const status = await client.job({ runs: "application" }, asked.jobId);
    const state = stateOf(status);
    if (state === "complete") return consoleRows(await client.console(), settings);
    if (state === "failed" || state === "aborted") {
      throw new VendorError(
        "refused",
        `Oracle could not export its job console: ${status.details || "no reason given"}`,
      );
    }
    return null;
  };
  return {
    /** Takes the export one step further: rows, or the export to look after at the next poll. */
    async step(pending: Export | null, since: string): Promise<{ rows: ConsoleRow[] | null; asked: Export }> {
      const fresh = pending && client.vendorNow().getTime() - Date.parse(pending.askedAt) < PATIENCE ? pending : null;
      if (fresh) {
        try {
          return { rows: await rowsOf(fresh), asked: fresh };
        } catch (error) {
          const isLost = error instanceof VendorError && (error.code === "refused" || error.code === "not-found");
          if (!isLost) throw error;
          tools.log.warn({ export: fresh.jobId }, "an export of the job console was lost; another is asked for");
        }
      }
      const asked = await ask(since);
      return { rows: await rowsOf(asked), asked };
    },
    /** Rows as they are now, waited for. */
    async now(since: string): Promise<ConsoleRow[]> {
      const asked = await ask(since);
      const wait = tools.wait ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
      for (let look = 0; look < LOOKS; look++) {
        const rows = await rowsOf(asked);
        if (rows) return rows;
        await wait(BETWEEN_LOOKS_SECONDS * 1000);
      }
      throw new VendorError("unreachable", "Oracle did not export its job console in time.");
    },
  };
}
export type JobConsole = ReturnType<typeof createConsole>;
