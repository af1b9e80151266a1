import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { moveInstallation } from "./move/move-installation.ts";
import { OptionError, readOptions } from "./options.ts";
import { createSay } from "./say.ts";
import { makeQueue } from "./tasks/boss.ts";

const USAGE = `DATABASE_URL=… CLICKHOUSE_URL=… npm run move -- --to <data folder of the new processes> [--data <dir>]
  Tieout must be stopped and the servers empty. Cut short, the same command goes on. Leaves 0 when done, 2 when it could not be.`;
const ROOT = resolve(import.meta.dirname, "..");

/** `npm run move`: copies an installation with the embedded engines to PostgreSQL and ClickHouse servers. */
async function run(args: string[]): Promise<void> {
  const { to, data } = read(args);
  if (!to) throw new OptionError(`--to is missing.\nUsage: ${USAGE}`);
  const options = readOptions(data ? ["--data", data] : [], process.env, ROOT);
  const { clickhouseUrl, databaseUrl, clickhouseCluster: cluster } = options;
  if (!clickhouseUrl || !databaseUrl) {
    throw new OptionError(`DATABASE_URL and CLICKHOUSE_URL say where to, and both are needed.\nUsage: ${USAGE}`);
  }
  const say = createSay(process.stdout);
  const place = resolve(process.env.INIT_CWD ?? process.cwd(), to);
  const target = { clickhouseUrl, databaseUrl, cluster };
  const moved = await moveInstallation({ data: options.data, to: place, target, queue: makeQueue }, say);
  say.line(`  ${moved.tables} tables with ${moved.rows} rows, ${moved.files} files: the same on both sides`);
  for (const { currency, measure, total } of moved.figures) say.line(`  ${measure} ${currency} ${total}`);
  say.line(`  The audit log: ${moved.audit.entries} entries, head ${moved.audit.head}`);
  say.line(`  Not moved: the log file, figures the queue kept of itself, and the demo's play.`);
  say.line(`  Start with the same addresses, --data ${place} and --no-sandbox, and never again over ${options.data}.`);
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: { to: { type: "string" }, data: { type: "string" } } }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

try {
  await run(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  const told = error instanceof OptionError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${told}\n`);
  process.exit(2);
}
