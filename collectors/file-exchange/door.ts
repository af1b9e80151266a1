import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import type { FileDoor } from "./file-door.ts";
import { folderDoor } from "./folder-door.ts";
import { httpDoor } from "./http-door.ts";
import type { Settings } from "./settings.ts";
import { sftpDoor } from "./sftp-door.ts";

/** By the address's scheme: `file:` a folder of this machine, `sftp:`, `https:` a server that lists folders as JSON. */
export function openDoor(system: SystemOf<Settings>, tools: Tools): FileDoor {
  const url = new URL(system.connection.url ?? "");
  if (url.protocol === "file:") return folderDoor(url);
  if (url.protocol === "sftp:") return sftpDoor(system, url);
  if (url.protocol === "http:" || url.protocol === "https:") return httpDoor(system, tools);
  throw new VendorError("refused", `Files can lie behind file:, sftp: or https:, not behind ${url.protocol}`);
}
