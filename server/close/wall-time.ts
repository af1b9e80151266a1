import { Temporal } from "temporal-polyfill";
import type { Instant } from "../../schemas/instant.ts";
import { kept } from "./kept.ts";

/** Wall time and universal time are never further apart. */
const DAY = 86_400_000;

/**
 * The instant of a wall time (`2026-11-04T18:00`) in an IANA zone. A time that a clock change skips resolves to the
 * later side, one that it repeats to the earlier, as Temporal's `compatible` does.
 */
export function instantOf(local: string, zone: string): Instant {
  const naive = Date.parse(`${local}Z`);
  const offset = steadyOffset(zone, naive);
  if (offset !== null) return new Date(naive - offset).toISOString();
  const zoned = Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation: "compatible" });
  return new Date(zoned.epochMilliseconds).toISOString();
}

/** A zone's offset in milliseconds where no clock changes within a day of a wall time; else null. */
function steadyOffset(zone: string, naive: number): number | null {
  const known = offsetsIn(zone, Math.floor(new Date(naive).getUTCFullYear() / 10) * 10);
  let { offset } = known;
  for (const change of known.changes) {
    if (Math.abs(change.at - naive) <= DAY) return null;
    if (change.at < naive) offset = change.offset;
  }
  return offset;
}

/** A zone's offset in milliseconds two days before ten years that begin with `year`, and each change until two days after. */
const offsetsIn = kept((zone: string, year: number) => {
  const ends = Date.UTC(year + 10, 0, 1) + 2 * DAY;
  const begin = Temporal.Instant.fromEpochMilliseconds(Date.UTC(year, 0, 1) - 2 * DAY).toZonedDateTimeISO(zone);
  const changes: { at: number; offset: number }[] = [];
  let next = begin.getTimeZoneTransition("next");
  while (next && next.epochMilliseconds < ends) {
    changes.push({ at: next.epochMilliseconds, offset: next.offsetNanoseconds / 1e6 });
    next = next.getTimeZoneTransition("next");
  }
  return { offset: begin.offsetNanoseconds / 1e6, changes };
});

/** The first instant of a calendar date in a zone; midnight unless a clock change skips it. */
export function startOfDay(date: string, zone: string): Instant {
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds).toISOString();
}

/** The calendar date an instant falls on in a zone. */
export function localDate(at: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The wall time of an instant in a zone, to the minute: `2026-11-04T18:00`. */
export function localTime(at: Instant, zone: string): string {
  const local = Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDateTime();
  return local.toString({ smallestUnit: "minute" });
}

/** A stretch of wall time a zone's clocks skip on a date, `from` included, `to` not, as `HH:MM`. */
export interface SkippedTime {
  date: string;
  from: string;
  to: string;
}

const skipped = new Map<string, readonly SkippedTime[]>();

/** Every wall time a zone's clocks skip in the calendar years given, first and last included. */
export function skippedTimes(zone: string, fromYear: number, toYear: number): readonly SkippedTime[] {
  const key = `${zone} ${fromYear} ${toYear}`;
  const known = skipped.get(key);
  if (known) return known;
  const found: SkippedTime[] = [];
  let at = Temporal.PlainDate.from({ year: fromYear, month: 1, day: 1 }).toZonedDateTime(zone);
  for (;;) {
    const next = at.getTimeZoneTransition("next");
    if (!next || next.year > toYear) break;
    const before = next.subtract({ nanoseconds: 1 });
    const gap = next.offsetNanoseconds - before.offsetNanoseconds;
    if (gap > 0) {
      const to = next.toPlainDateTime();
      const from = to.subtract({ nanoseconds: gap });
      found.push({ date: to.toPlainDate().toString(), from: timeText(from), to: timeText(to) });
    }
    at = next;
  }
  skipped.set(key, found);
  return found;
}

function timeText(at: Temporal.PlainDateTime): string {
  return at.toPlainTime().toString({ smallestUnit: "minute" });
}
