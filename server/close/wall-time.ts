import { Temporal } from "temporal-polyfill";
import type { Instant } from "../../schemas/instant.ts";

/**
 * The instant of a wall time (`2026-11-04T18:00`) in an IANA zone. A time that a clock change skips resolves to the
 * later side, one that it repeats to the earlier, as Temporal's `compatible` does.
 */
export function instantOf(local: string, zone: string): Instant {
  const zoned = Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation: "compatible" });
  return new Date(zoned.epochMilliseconds).toISOString();
}

/** The first instant of a calendar date in a zone; midnight unless a clock change skips it. */
export function startOfDay(date: string, zone: string): Instant {
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds).toISOString();
}

/** The calendar date an instant falls on in a zone. */
export function localDate(at: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}
