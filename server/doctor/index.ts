import { auditInspection } from "./audit-log.ts";
import { backupsInspection } from "./backups.ts";
import { journalInspection, queueInspection } from "./behind.ts";
import { clocksInspection } from "./clocks.ts";
import { folderInspection } from "./data-directory.ts";
import { roomInspection } from "./disk-room.ts";
import { clickhouseInspection, postgresInspection } from "./engines.ts";
import { settingsInspection } from "./environment.ts";
import { credentialsInspection, estateInspection } from "./estate.ts";
import type { Inspection } from "./inspection.ts";
import { runningInspection } from "./running.ts";

/** Everything looked at, in the order it is told. */
export const INSPECTIONS: readonly Inspection[] = [
  settingsInspection,
  folderInspection,
  roomInspection,
  estateInspection,
  credentialsInspection,
  clickhouseInspection,
  postgresInspection,
  clocksInspection,
  auditInspection,
  queueInspection,
  journalInspection,
  backupsInspection,
  runningInspection,
];
