import type { SystemOf, Tools } from "../collector.ts";
import { VendorError } from "../collector.ts";
import { folderDoor } from "./folder-door.ts";
import { httpDoor } from "./http-door.ts";
import type { Settings } from "./settings.ts";
import { sftpDoor } from "./sftp-door.ts";

export interface Entry {
  folder: string;
  name: string;
  bytes: number;
  /** ISO 8601 in UTC. */
  modifiedAt: string;
}

/** A place where files lie, however it is reached. Only lists and reads. */
export interface FileDoor {
  list(folder: string): Promise<Entry[]>;
  /** A file's bytes, or null when it is there no longer. */
  read(entry: Pick<Entry, "folder" | "name">): Promise<Uint8Array | null>;
  /** Lets go of what was held open for one reading. */
  close(): Promise<void>;
}

/** By the address's scheme: `file:` a folder of this machine, `sftp:`, `https:` a server that lists folders as JSON. */
export function openDoor(system: SystemOf<Settings>, tools: Tools): FileDoor {
  const url = new URL(system.connection.url ?? "");
  if (url.protocol === "file:") return folderDoor(url);
  if (url.protocol === "sftp:") return sftpDoor(system, url);
  if (url.protocol === "http:" || url.protocol === "https:") return httpDoor(system, tools);
  throw new VendorError("refused", `Files can lie behind file:, sftp: or https:, not behind ${url.protocol}`);
}
