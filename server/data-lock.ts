import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "./options.ts";

/** Where the third and later fields of Linux's `/proc/<pid>/stat` hold the time of birth, in ticks since the boot. */
const BORN = 19;

/**
 * Takes the data directory for this process: the embedded engines allow one process each. A lock left by a process that
 * is gone is taken over. Returns the release.
 */
export function lockDataDirectory(directory: string): () => void {
  const file = join(directory, "lock");
  makeWritable(directory);
  try {
    writeFileSync(file, lockNameOf(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = holderOf(directory);
    if (holder !== null) {
      throw new OptionError(
        `${directory} is in use by another Tieout (process ${holder}). Stop it first, or name another folder with --data.`,
      );
    }
    writeFileSync(file, lockNameOf(process.pid));
  }
  return () => rmSync(file, { force: true });
}

/** The other process that lives and holds the data directory; null where none does. */
export function holderOf(directory: string): number | null {
  let named: string;
  try {
    named = readFileSync(join(directory, "lock"), "utf8");
  } catch {
    return null;
  }
  const holder = Number.parseInt(named, 10);
  return holder !== process.pid && alive(holder) && lockNameOf(holder) === named ? holder : null;
}

function makeWritable(directory: string): void {
  const probe = join(directory, `.probe-${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (code === "ENOTDIR" || code === "EEXIST") {
      throw new OptionError(`${directory} cannot be a folder: a file is in the way. Name another folder with --data.`);
    }
    throw new OptionError(
      `${directory} cannot be written (${code}). Mend its rights, or name another folder with --data.`,
    );
  }
}

/** Process ids are given out again, after a reboot soon; where the system tells it, the time of birth tells two apart. */
export function lockNameOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return `${pid} ${fields[BORN]}`;
  } catch {
    return String(pid);
  }
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
