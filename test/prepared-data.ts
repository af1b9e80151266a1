import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * Data folders as a first start leaves them, kept below `node_modules/.cache` and copied: making PostgreSQL's costs a
 * start ten times what opening it does, and the tests start dozens. Kept by a hash of what made them, so that a changed
 * migration makes a new one; a start from nothing is still tested where starting is.
 */

const ROOT = resolve(import.meta.dirname, "..");
const KEPT = join(ROOT, "node_modules/.cache/prepared");

const AGED = 3_600_000;

/** Files whose change makes both engines anew. */
const ENGINES = ["server/store/**/*.{ts,sql}", "server/tasks/boss.ts", "test/prepare-engines.ts", "package-lock.json"];

/** Copies the engines' folders, with every migration applied, into a folder that has none yet. */
export async function copyEngines(into: string, engines: readonly ("clickhouse" | "postgres")[]): Promise<void> {
  const kept = await keptFolder("engines", ENGINES, (folder) => {
    execFileSync(process.execPath, [join(ROOT, "test/prepare-engines.ts"), folder], { stdio: "inherit" });
  });
  for (const engine of engines) copyFolder(join(kept, engine), join(into, engine));
}

/** By the system's own program: a thousand small files cost Node several times as much. Links stay relative. */
export function copyFolder(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to], { stdio: ["ignore", "ignore", "inherit"] });
}

/** The folder of a name made from these files as they are now; made when it is not there. Two that make it at once both win. */
export async function keptFolder(
  name: string,
  patterns: readonly string[],
  make: (folder: string) => unknown,
): Promise<string> {
  const hash = hashOf(patterns);
  const folder = join(KEPT, `${name}-${hash}`);
  if (existsSync(folder)) return folder;
  mkdirSync(KEPT, { recursive: true });
  for (const old of globSync(`${name}-*`, { cwd: KEPT })) {
    // Another version's may be in the making.
    const aged = Date.now() - statSync(join(KEPT, old)).mtimeMs > AGED;
    if (aged && !old.includes(hash)) rmSync(join(KEPT, old), { recursive: true, force: true });
  }
  const making = mkdtempSync(join(KEPT, `${name}-${hash}-`));
  await make(making);
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

function hashOf(patterns: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of globSync([...patterns], { cwd: ROOT }).toSorted()) {
    hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
