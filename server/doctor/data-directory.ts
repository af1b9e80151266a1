import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { defineInspection, fine, notice, wrong, type Finding } from "./inspection.ts";

/** Files only their owner may read: whoever has one signs in Tieout's name. */
const SECRET_FILES = ["secret", "audit-key.pem"];

export interface FolderReading {
  path: string;
  exists: boolean;
  writable: boolean;
  /** Permission bits of the folder and of the secret files there, as `stat` gives them; without a row where absent. */
  folderMode: number;
  secrets: { file: string; mode: number }[];
  /** Whether the process is root, where systems know of it. */
  asRoot: boolean;
}

/** What may be read and written by whom. */
export function judgeFolder(reading: FolderReading): Finding[] {
  const { path, exists, writable, folderMode, secrets, asRoot } = reading;
  if (!exists)
    return [notice(`${path} is not there yet.`, "Nothing: the first start makes it. Or name another with --data.")];
  const found: Finding[] = [];
  if (!writable)
    found.push(
      wrong(`${path} cannot be written.`, "Give it to the account Tieout runs as: chown -R <account> <folder>"),
    );
  if (folderMode & 0o002) found.push(wrong(`Anybody on this machine may write to ${path}.`, `chmod o-w ${path}`));
  for (const { file, mode } of secrets) {
    if (mode & 0o077) found.push(wrong(`${file} may be read by others than its owner.`, `chmod 600 ${file}`));
  }
  if (asRoot)
    found.push(notice("This runs as root.", "Run Tieout under an account of its own that owns the data folder."));
  return found.some(({ state }) => state === "wrong")
    ? found
    : [fine(`${path} can be written, its secrets are its owner's.`), ...found];
}

export const folderInspection = defineInspection({
  name: "data-folder",
  title: "Data folder and its rights",
  look({ options, environment }) {
    const path = options.data;
    const exists = existsSync(path);
    const files = [...SECRET_FILES.map((name) => join(path, name)), environment.TIEOUT_AUDIT_KEY_FILE ?? ""];
    return judgeFolder({
      ...{ path, exists },
      writable: exists && isWritable(path),
      folderMode: exists ? statSync(path).mode : 0,
      secrets: files.filter((file) => file && existsSync(file)).map((file) => ({ file, mode: statSync(file).mode })),
      asRoot: process.getuid?.() === 0,
    });
  },
});

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
