import { resolve } from "node:path";
import { PlayError } from "../sandbox/play-error.ts";
import { DashboardError } from "./dashboards/load-dashboards.ts";
import { EstateError } from "./estate/estate-error.ts";
import { SourceError } from "./collect/open-sources.ts";
import { OptionError, readOptions } from "./options.ts";
import { createSay } from "./say.ts";
import { startTieout } from "./start.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** What a person can mend is told in words; anything else with its stack. */
const TOLD = [OptionError, EstateError, DashboardError, SourceError, PlayError];
/** A stop that hangs must not hold a restart up. */
const STOP_WITHIN = 15_000;

try {
  const say = createSay(process.stdout);
  const options = readOptions(process.argv.slice(2), process.env, ROOT);
  const tieout = await startTieout({
    options,
    environment: process.env,
    root: ROOT,
    terminal: process.stdout.isTTY,
    say,
  });
  const stop = async (signal: string) => {
    say.line(`\nStopping on ${signal} …`);
    setTimeout(() => process.exit(1), STOP_WITHIN).unref();
    await tieout.stop();
    process.exit(0);
  };
  process.once("SIGTERM", (signal) => void stop(signal));
  process.once("SIGINT", (signal) => void stop(signal));
} catch (error) {
  process.stderr.write(`\nTieout did not start. ${reason(error)}\n`);
  process.exit(1);
}

function reason(error: unknown): string {
  if (TOLD.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
