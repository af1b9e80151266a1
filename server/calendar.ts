import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { calendarPreview } from "./close/calendar-preview.ts";
import { calendarsOf } from "./close/calendars.ts";
import { localTime } from "./close/wall-time.ts";
import { EstateError } from "./estate/estate-error.ts";
import { loadEstate } from "./estate/load-estate.ts";

const USAGE = `npm run calendar -- <estate> <period> [entity …]
  estate: a folder, or the name of one under estates/
  prints every instant the calendars resolve for the period, and why`;

const ROOT = resolve(import.meta.dirname, "..");

/** A wrong word on the command line. */
class UsageError extends Error {}

/** Resolves a period of the estate as its files stand now, without a server. */
function print([estate, period, ...only]: readonly string[]): void {
  if (!estate || !period) throw new UsageError(`Usage: ${USAGE}`);
  const named = resolve(ROOT, "estates", estate);
  const loaded = loadEstate(existsSync(named) ? named : resolve(estate));
  const calendars = calendarsOf(loaded.estate);
  if (!/^\d{4}-\d{2}$/.test(period) || !calendars.period(period))
    throw new UsageError(`${loaded.estate.estate.title} has no period ${period}.\nUsage: ${USAGE}`);
  const unknown = only.filter((id) => !loaded.estate.entities.some((entity) => entity.id === id));
  if (unknown.length > 0) throw new UsageError(`There is no entity ${unknown.join(", ")}.\nUsage: ${USAGE}`);
  const preview = calendarPreview({
    ...{ estate: loaded.estate, calendars, period },
    entities: only.length > 0 ? only : "all",
  });
  const lines = [`${preview.title} (${preview.period}): ${preview.startsOn} to ${preview.endsOn}`];
  for (const [entity, rows] of Map.groupBy(preview.instants, (row) => row.entity)) {
    lines.push("", entity);
    for (const { at, local, zone, title, why, calendars: counted } of rows) {
      lines.push(`  ${at}  ${local} ${zone}  ${title}`);
      lines.push(`    ${why}${counted.length > 0 ? ` Calendar: ${counted.join(" and ")}.` : ""}`);
    }
    for (const load of preview.loads.filter((each) => each.entity === entity)) {
      lines.push(`  ${load.title}: ${load.expected.length} loads expected`);
      const days = Map.groupBy(load.expected, (at) => localTime(at, load.zone).slice(0, 10));
      for (const [day, times] of days)
        lines.push(`    ${day}  ${times.map((at) => localTime(at, load.zone).slice(11)).join(" ")}`);
    }
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

try {
  print(process.argv.slice(2));
} catch (error) {
  const told = error instanceof UsageError || error instanceof EstateError;
  process.stderr.write(`${told ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
