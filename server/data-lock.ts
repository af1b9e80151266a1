import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "./options.ts";

/**
 * Takes the data directory for this process: the embedded engines allow one process each. A lock left by a process that
 * is gone is taken over. Returns the release.
 */
export function lockDataDirectory(directory: string): () => void {
  const file = join(directory, "lock");
  makeWritable(directory);
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = Number(readFileSync(file, "utf8"));
    if (holder !== process.pid && alive(holder)) {
      throw new OptionError(
        `${directory} is in use by another Tieout (process ${holder}). Stop it first, or name another folder with --data.`,
      );
    }
    writeFileSync(file, String(process.pid));
  }
  return () => rmSync(file, { force: true });
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

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
