import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { copyFile, hashFile, ofEach } from "../backup/copy-file.ts";

/** What lies beside the engines and is needed by processes over servers. */
const FOLDERS = ["evidence", "lines"];
const KEYS = ["secret", "audit-key.pem"];

/** Copies packs, files of lines and keys into the new data folder; what is there already and the same is left. */
export async function copyFiles(from: string, to: string): Promise<number> {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const files = [
    ...KEYS.filter((name) => existsSync(join(from, name))),
    ...FOLDERS.filter((name) => existsSync(join(from, name))).flatMap((name) =>
      readdirSync(join(from, name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1)),
    ),
  ];
  await ofEach(files, async (path) => {
    const [source, target] = [join(from, path), join(to, path)];
    if (existsSync(target) && (await hashFile(target)).sha256 === (await hashFile(source)).sha256) return;
    mkdirSync(dirname(target), { recursive: true });
    const copying = `${target}.moving`;
    await rm(copying, { force: true });
    await copyFile(source, copying, statSync(source).mode & 0o777);
    await rename(copying, target);
  });
  return files.length;
}
