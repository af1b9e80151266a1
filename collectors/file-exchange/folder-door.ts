import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VendorError } from "../collector.ts";
import type { Entry, FileDoor } from "./file-door.ts";

/** A folder of this machine, or one mounted there. */
export function folderDoor(url: URL): FileDoor {
  const root = fileURLToPath(url);
  return {
    async list(folder) {
      const names = await readdir(join(root, folder)).catch(told(folder));
      const entries = await Promise.all(names.map((name) => entryOf(root, folder, name)));
      return entries.filter((entry) => entry !== null);
    },
    read: ({ folder, name }) => readFile(join(root, folder, name)).catch(goneOr(null)),
    close: async () => {},
  };
}

async function entryOf(root: string, folder: string, name: string): Promise<Entry | null> {
  const found = await stat(join(root, folder, name)).catch(goneOr(null));
  if (!found?.isFile()) return null;
  return { folder, name, bytes: found.size, modifiedAt: new Date(Math.floor(found.mtimeMs)).toISOString() };
}

/** Somebody may take a file away between a listing and a look at it. */
function goneOr<T>(other: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === "ENOENT") return other;
    throw new VendorError("forbidden", `A file cannot be read: ${error.code ?? error.message}`);
  };
}

function told(folder: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === "ENOENT") throw new VendorError("not-found", `There is no folder ${folder} at the address.`);
    if (error.code === "EACCES") throw new VendorError("forbidden", `The folder ${folder} may not be listed.`);
    throw new VendorError("unreachable", `The folder ${folder} cannot be listed: ${error.code ?? error.message}`);
  };
}
