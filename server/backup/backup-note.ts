import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** What the last backup left behind in the data folder, for whoever asks how old it is. */
const Note = z.object({
  /** When it began, an instant of real time: everything acknowledged before is in it. */
  at: z.string(),
  to: z.string(),
  files: z.int(),
  bytes: z.int(),
});
export type BackupNote = z.infer<typeof Note>;

export const NOTE_FILE = "last-backup.json";

export function lastBackup(dataDirectory: string): BackupNote | null {
  const file = join(dataDirectory, NOTE_FILE);
  return existsSync(file) ? Note.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}

export function noteBackup(dataDirectory: string, note: BackupNote): void {
  writeFileSync(join(dataDirectory, NOTE_FILE), `${JSON.stringify(note)}\n`);
}
