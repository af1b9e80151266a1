import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";

const ROOT = resolve(import.meta.dirname, "..");
const BUILT = resolve(ROOT, "dist/ui/index.html");
/** What the console is made of. */
const SOURCES = ["ui", "schemas", "vite.config.ts", "package-lock.json"];

/**
 * Builds the console into `dist/ui`. With `ifStale` only when nothing is built yet or a source is newer, so that
 * `npm start` needs no step before it and loses no time after the first.
 */
export async function buildConsole(options: { ifStale: boolean }): Promise<void> {
  if (options.ifStale && !stale()) return;
  // A test runner's NODE_ENV would have components compiled for development, half as large again.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    await build({ root: resolve(ROOT, "ui"), configFile: resolve(ROOT, "vite.config.ts"), logLevel: "warn" });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

function stale(): boolean {
  const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs;
  return builtAt === undefined || SOURCES.some((source) => newest(resolve(ROOT, source)) > builtAt);
}

/** The latest change of a file, or of anything in a folder, in epoch milliseconds. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

if (import.meta.main) {
  const ifStale = process.argv.includes("--if-stale");
  if (!ifStale || stale()) console.log("Building the console …");
  await buildConsole({ ifStale });
}
