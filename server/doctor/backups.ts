import { existsSync } from "node:fs";
import { join } from "node:path";
import { lastBackup, type BackupNote } from "../backup/backup-note.ts";
import { defineInspection, fine, notice, wrong, type Finding } from "./inspection.ts";

const HOUR = 3_600_000;
/** A daily backup that was missed once is noticed, one that stopped is wrong. */
const NOTICED = 36 * HOUR;
const WRONG = 7 * 24 * HOUR;

export interface BackupReading {
  note: BackupNote | null;
  now: Date;
  /** TIEOUT_BACKUPS=elsewhere: the disk or the engines are backed up by means of their own. */
  elsewhere: boolean;
  served: boolean;
  /** Whether there is anything to lose. */
  used: boolean;
}

/** Whether what is here could be had back. */
export function judgeBackups({ note, now, elsewhere, served, used }: BackupReading): Finding[] {
  if (elsewhere)
    return [
      fine("Backups are made elsewhere, as TIEOUT_BACKUPS says; try one at times with npm run restore -- --verify."),
    ];
  const mend = served
    ? "Back up both servers by their own means (docs/operations.md), then set TIEOUT_BACKUPS=elsewhere."
    : "Stop Tieout and run npm run backup -- --to <folder>, daily; or set TIEOUT_BACKUPS=elsewhere where the disk is backed up.";
  if (!note)
    return [used ? wrong("No backup was ever made from here.", mend) : fine("There is nothing to back up yet.")];
  const age = now.getTime() - Date.parse(note.at);
  const told = `The last backup is ${Math.floor(age / HOUR)} hours old and lies at ${note.to}.`;
  if (age > WRONG) return [wrong(told, mend)];
  return [age > NOTICED ? notice(told, mend) : fine(told)];
}

export const backupsInspection = defineInspection({
  name: "backups",
  title: "Backups",
  look({ options, environment, now }) {
    return judgeBackups({
      ...{ note: lastBackup(options.data), now },
      elsewhere: environment.TIEOUT_BACKUPS === "elsewhere",
      served: options.databaseUrl !== null || options.clickhouseUrl !== null,
      used: options.databaseUrl !== null || existsSync(join(options.data, "postgres")),
    });
  },
});
