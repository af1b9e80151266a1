import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { lockDataDirectory } from "../data-lock.ts";
import { OptionError } from "../options.ts";
import type { Say } from "../say.ts";
import { copyFile, hashFile, ofEach } from "./copy-file.ts";
import { COPIES, OWN_ENGINES, readManifest, type Contents, type Manifest, type OwnEngine } from "./manifest.ts";
import { readContents } from "./read-contents.ts";

/** As many flaws are named; whoever has more than that has no backup. */
const NAMED = 10;

/**
 * Puts a backup into an empty data folder. Every copy is held against its hash before anything is written, and again as
 * it is written. With `verify` the engines are opened and what they hold is compared with what was backed up.
 *
 * @throws {OptionError} where the target is not empty, or the backup is not whole; names what does not fit
 */
export async function restoreBackup(
  { from, to, verify }: { from: string; to: string; verify: boolean },
  say: Say,
): Promise<Manifest> {
  if (existsSync(to) && readdirSync(to).length > 0) {
    throw new OptionError(`--data ${to} is not empty, and nothing is ever restored over something. Name a new folder.`);
  }
  const manifest = readManifest(from);
  await say.step(`Checked ${manifest.files.length} files against their hashes`, () => checkCopies(from, manifest));
  const release = lockDataDirectory(to);
  try {
    await say.step("Copied them", () => writeTree(from, to, manifest));
    if (verify) {
      const found = await say.step("Opened the engines, counted rows, recomputed the audit log", () =>
        readContents(to, enginesOf(manifest.contents)),
      );
      told(`What was restored to ${to} is not what was backed up`, differences(manifest.contents, found));
    }
  } finally {
    release();
  }
  return manifest;
}

async function checkCopies(from: string, { files }: Manifest): Promise<void> {
  const flaws = await ofEach(files, async ({ path, bytes, sha256 }) => {
    const file = join(from, COPIES, path);
    if (!existsSync(file)) return [`${path} is missing`];
    const found = await hashFile(file);
    if (found.bytes !== bytes) return [`${path} has ${found.bytes} bytes instead of ${bytes}`];
    return found.sha256 === sha256 ? [] : [`${path} was changed`];
  });
  told(`Nothing was restored: ${from} is not as it was made`, flaws.flat());
}

async function writeTree(from: string, to: string, { folders, files, links }: Manifest): Promise<void> {
  for (const { path } of folders) mkdirSync(join(to, path), { mode: 0o700 });
  await ofEach(files, async ({ path, mode, sha256 }) => {
    const copied = await copyFile(join(from, COPIES, path), join(to, path), mode);
    if (copied.sha256 === sha256) return;
    throw new OptionError(`${path} changed while it was restored. Empty ${to} and begin anew.`);
  });
  // Links and rights come last: no file is written through a link, and none into a folder closed already.
  for (const { path, to: target } of links) symlinkSync(target, join(to, path));
  for (const { path, mode } of folders.toReversed()) chmodSync(join(to, path), mode);
}

/** Those that were in process when it was made. */
function enginesOf(contents: Contents): OwnEngine[] {
  return OWN_ENGINES.filter((engine) => contents[engine] !== null);
}

/** In words, every count and head that differs, of the same engines. */
export function differences(backedUp: Contents, found: Contents): string[] {
  const flaws: string[] = [];
  for (const engine of enginesOf(backedUp)) {
    const [then, since] = [backedUp[engine] ?? {}, found[engine] ?? {}];
    for (const table of new Set([...Object.keys(then), ...Object.keys(since)])) {
      const [before, now] = [then[table], since[table]];
      if (before !== now) flaws.push(`${engine} ${table} holds ${now ?? "no"} rows instead of ${before ?? "none"}`);
    }
  }
  const { audit } = found;
  if (!audit || !backedUp.audit) return flaws;
  if (audit.flaw) flaws.push(`the audit log does not verify: ${audit.flaw}`);
  else if (backedUp.audit.flaw) return flaws;
  else if (audit.entries !== backedUp.audit.entries || audit.head !== backedUp.audit.head) {
    flaws.push(`the audit log of ${audit.entries} entries has another head than the one backed up`);
  }
  return flaws;
}

function told(what: string, flaws: readonly string[]): void {
  if (flaws.length === 0) return;
  const more = flaws.length > NAMED ? `\n  and ${flaws.length - NAMED} more` : "";
  throw new OptionError(`${what}.\n  ${flaws.slice(0, NAMED).join("\n  ")}${more}`);
}
