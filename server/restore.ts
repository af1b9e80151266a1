import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { restoreBackup } from "./backup/restore-backup.ts";
import { OptionError } from "./options.ts";
import { createSay } from "./say.ts";

const USAGE = `npm run restore -- --from <folder of a backup> --data <new folder> [--verify]
  Leaves 0 when done, 2 when it could not be.`;

/** `npm run restore`: puts a backup into an empty data folder; with --verify it proves that it is whole. */
async function run(args: string[]): Promise<void> {
  const { from, data, verify } = read(args);
  if (!from || !data) throw new OptionError(`--from and --data are needed.\nUsage: ${USAGE}`);
  const here = process.env.INIT_CWD ?? process.cwd();
  const say = createSay(process.stdout);
  const to = resolve(here, data);
  const { at, contents } = await restoreBackup({ from: resolve(here, from), to, verify }, say);
  const { audit } = contents;
  const log = verify && audit ? `; the audit log: ${audit.entries} entries, head ${audit.head}` : "";
  say.line(`  ${to} is as it was backed up at ${at}${log}`);
}

function read(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args, options: { from: text, data: text, verify: { type: "boolean", default: false } } }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const told = error instanceof OptionError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${told}\n`);
  process.exitCode = 2;
}
