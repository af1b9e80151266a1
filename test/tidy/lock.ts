import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineRule } from "./rule.ts";
import { ROOT } from "./tree.ts";

/**
 * `npm ci` refuses a lock in which an optional package is missing, even one for another platform. Where a registry does
 * not carry every platform's package, npm writes such a lock; this finds the gaps and, run as a script, fills them.
 */

interface Locked {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
type Packages = Record<string, Locked>;

const LOCK = join(ROOT, "package-lock.json");
const SYSTEMS = ["darwin", "linux", "win32", "android", "freebsd", "openharmony"];
const PROCESSORS = ["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "wasm32"];

export const wholeLock = defineRule({
  name: "the lock names the packages of every platform",
  reason: "npm ci refuses a lock with gaps, on every machine.",
  mend: "Run `npm run lock`.",
  find: () => gaps(readLock().packages).map(({ by, name }) => `${by} wants ${name}`),
});

function readLock(): { packages: Packages } {
  return JSON.parse(readFileSync(LOCK, "utf8")) as { packages: Packages };
}

function gaps(packages: Packages): { by: string; name: string; entry: Locked }[] {
  return Object.entries(packages).flatMap(([by, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(packages, by, name))
      .map(([name, version]) => ({
        by,
        name,
        entry: { version, dev: locked.dev, optional: true, ...platformOf(name) },
      })),
  );
}

/** Node looks for a package beside the one that wants it, then further out. */
function isLocked(packages: Packages, by: string, name: string): boolean {
  for (let place = by; ; place = place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/")))) {
    if (packages[`${place}${place ? "/" : ""}node_modules/${name}`]) return true;
    if (!place) return false;
  }
}

/** Platform packages are named for their platform: `binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<Locked, "os" | "cpu" | "libc"> {
  const words = name.split(/[/-]/);
  const has = (known: string[]) => known.filter((word) => words.includes(word));
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : undefined;
  return { os: has(SYSTEMS), cpu: has(PROCESSORS), libc };
}

if (import.meta.main) {
  const lock = readLock();
  for (const { name, entry } of gaps(lock.packages)) lock.packages[`node_modules/${name}`] = entry;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
}
