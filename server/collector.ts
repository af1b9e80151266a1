import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { checkSystem } from "../collectors/check.ts";
import { collectors } from "../collectors/index.ts";
import { openSources, SourceError } from "./collect/open-sources.ts";
import { EstateError } from "./estate/estate-error.ts";
import { loadEstate } from "./estate/load-estate.ts";
import { createMetrics } from "./metrics.ts";
import { OptionError, readOptions } from "./options.ts";

const USAGE = "npm run collector -- check <system> [--estate <dir>]";
const ROOT = resolve(import.meta.dirname, "..");

/** Tests one system's credentials from the environment and prints what they open; nothing is stored. */
async function check(args: string[]): Promise<boolean> {
  const { positionals, flags } = read(args);
  const [command, id] = positionals;
  if (command !== "check" || !id || positionals.length > 2) throw new OptionError(`Usage: ${USAGE}`);
  const options = readOptions(flags, process.env, ROOT);
  const { estate } = loadEstate(options.estate);
  const systems = estate.systems.filter((system) => system.id === id);
  const known = estate.systems.map((system) => system.id).join(", ");
  if (systems.length === 0) throw new OptionError(`The estate has no system "${id}"; it has ${known}.`);
  const [source] = openSources({
    systems,
    collectors,
    connections: {},
    environment: process.env,
    clock: { now: () => new Date() },
    log: pino({ level: "silent" }),
    metrics: createMetrics(),
  });
  if (!source) return false;
  const report = await checkSystem(`${source.system.title} (${source.collector.title})`, source.connected);
  process.stdout.write(`${report.lines.join("\n")}\n`);
  return report.ok;
}

function read(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { estate: { type: "string" } },
    });
    return { positionals, flags: values.estate ? ["--estate", values.estate] : [] };
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

try {
  process.exitCode = (await check(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  const told = error instanceof OptionError || error instanceof EstateError || error instanceof SourceError;
  process.stderr.write(`${told ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
