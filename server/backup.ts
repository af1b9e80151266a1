import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeBackup } from "./backup/make-backup.ts";
import { OptionError, readOptions } from "./options.ts";
import { createSay } from "./say.ts";

const USAGE = `npm run backup -- --to <new folder> [--data <dir>]
  Tieout must be stopped. Leaves 0 when done, 1 when it is done and the audit log does not verify, 2 when it could not be.`;
const ROOT = resolve(import.meta.dirname, "..");

/** `npm run backup`: copies a stopped installation with the embedded engines to where it can be had back. */
async function run(args: string[]): Promise<number> {
  const { to, data } = read(args);
  if (!to) throw new OptionError(`--to is missing.\nUsage: ${USAGE}`);
  const options = readOptions(data ? ["--data", data] : [], process.env, ROOT);
  if (options.clickhouseUrl || options.databaseUrl) {
    throw new OptionError(
      "CLICKHOUSE_URL and DATABASE_URL name servers, which are backed up by their own means: see Backups in docs/operations.md.",
    );
  }
  const say = createSay(process.stdout);
  const place = resolve(process.env.INIT_CWD ?? process.cwd(), to);
  const { manifest, sha256, bytes } = await makeBackup(options.data, place, say);
  const { audit } = manifest.contents;
  say.line(`  ${manifest.files.length} files, ${(bytes / 1e6).toFixed(1)} MB, in ${place}`);
  if (audit) say.line(`  The audit log: ${audit.entries} entries, ${audit.flaw ?? `head ${audit.head}`}`);
  say.line(`  SHA-256 of the manifest: ${sha256}`);
  return audit?.flaw ? 1 : 0;
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: { to: { type: "string" }, data: { type: "string" } } }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const told = error instanceof OptionError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${told}\n`);
  process.exitCode = 2;
}
