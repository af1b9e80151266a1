import { chmodSync, existsSync, mkdirSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { lockDataDirectory } from "../data-lock.ts";
import { OptionError } from "../options.ts";
import type { Say } from "../say.ts";
import { NOTE_FILE, noteBackup } from "./backup-note.ts";
import { copyFile, ofEach } from "./copy-file.ts";
import { COPIES, OWN_ENGINES, staysInside, writeManifest, type Manifest, type OwnEngine } from "./manifest.ts";
import { readContents } from "./read-contents.ts";

/** What belongs to the process or to this folder alone, and would mislead where it is restored. */
const LEFT_OUT = new Set(["lock", "tieout.log", NOTE_FILE]);

export interface Backup {
  manifest: Manifest;
  /** SHA-256 of the manifest; kept elsewhere, it proves later that the backup is this one. */
  sha256: string;
  bytes: number;
}

/**
 * Copies the data folder of a stopped installation with the embedded engines into an empty folder.
 *
 * @throws {OptionError} while Tieout runs, where there is no installation, or where the target is not empty
 */
export async function makeBackup(dataDirectory: string, to: string, say: Say): Promise<Backup> {
  checkPlaces(dataDirectory, to);
  const release = lockDataDirectory(dataDirectory);
  try {
    return await copyInstallation(dataDirectory, to, OWN_ENGINES, say);
  } finally {
    release();
  }
}

/** Copies a data folder this process holds, with these engines in it closed, into an empty folder. */
export async function copyInstallation(
  dataDirectory: string,
  to: string,
  engines: readonly OwnEngine[],
  say: Say,
): Promise<Backup> {
  const at = new Date().toISOString();
  const title = "Counted rows, recomputed the audit log";
  const contents = await say.step(title, () => readContents(dataDirectory, engines));
  // Whoever may read the copies could sign in Tieout's name.
  mkdirSync(join(to, COPIES), { recursive: true, mode: 0o700 });
  chmodSync(to, 0o700);
  const tree = treeOf(dataDirectory);
  for (const { path } of tree.folders) mkdirSync(join(to, COPIES, path), { mode: 0o700 });
  const files = await say.step(`Copied ${tree.files.length} files`, () =>
    ofEach(tree.files, async ({ path, mode }) => {
      // Rights are the manifest's; a copy is its owner's alone.
      const copied = await copyFile(join(dataDirectory, path), join(to, COPIES, path), 0o600);
      return { path, mode, ...copied };
    }),
  );
  const manifest: Manifest = { format: 1, at, folders: tree.folders, files, links: tree.links, contents };
  const sha256 = writeManifest(to, manifest);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  noteBackup(dataDirectory, { at, to, files: files.length, bytes });
  return { manifest, sha256, bytes };
}

function checkPlaces(dataDirectory: string, to: string): void {
  if (!existsSync(join(dataDirectory, "postgres"))) {
    throw new OptionError(`${dataDirectory} holds no installation to back up. Name its folder with --data.`);
  }
  const way = relative(resolve(dataDirectory), resolve(to));
  if (way === "" || !(way === ".." || way.startsWith("../"))) {
    throw new OptionError(`--to ${to} lies in the data folder itself, and would be lost with it. Name another place.`);
  }
  if (existsSync(to) && readdirSync(to).length > 0) {
    throw new OptionError(`--to ${to} is not empty. Name a new folder for each backup.`);
  }
}

type Tree = Pick<Manifest, "folders" | "links"> & { files: { path: string; mode: number }[] };

/** Everything below a folder, parents before what is in them. */
function treeOf(root: string): Tree {
  const tree: Tree = { folders: [], files: [], links: [] };
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (folder === "" && LEFT_OUT.has(entry.name)) continue;
      if (entry.isSymbolicLink()) {
        const to = readlinkSync(join(root, path));
        if (!staysInside(path, to))
          throw new OptionError(`${join(root, path)} leads out of the data folder, to ${to}.`);
        tree.links.push({ path, to });
        continue;
      }
      const mode = statSync(join(root, path)).mode & 0o777;
      if (entry.isDirectory()) {
        tree.folders.push({ path, mode });
        walk(path);
      } else if (entry.isFile()) tree.files.push({ path, mode });
      else throw new OptionError(`${join(root, path)} is neither a file nor a folder and cannot be backed up.`);
    }
  };
  walk("");
  return tree;
}
