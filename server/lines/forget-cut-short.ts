import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { forgetLoad, unrecordedLoads } from "../store/clickhouse/line-extracts.ts";

/** Takes back what a stop cut short: files half received, and lines of loads that were never recorded. At start only. */
export async function forgetCutShort({ clickhouse, linesDirectory, log }: Context): Promise<void> {
  await rm(join(linesDirectory, "incoming"), { recursive: true, force: true });
  for (const { load } of await clickhouse.ask(unrecordedLoads, {})) {
    await forgetLoad(clickhouse, load);
    log.info({ load }, "lines of a reading that was cut short were taken back");
  }
}
