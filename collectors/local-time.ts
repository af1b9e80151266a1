import { Temporal } from "temporal-polyfill";

/**
 * A time a system writes without a zone, as an instant in UTC: `2026-10-31T23:10:54`, or a date and a time of digits
 * `20261031` `231054`. Null where there is none (empty, zeros, unreadable). Of an hour the clocks repeat, the first is meant.
 */
export function instantOfLocal(text: string | null | undefined, zone: string): string | null {
  const found = /^(\d{4})-?(\d\d)-?(\d\d)[T ]?(\d\d):?(\d\d):?(\d\d)(\.\d+)?$/.exec(text?.trim() ?? "");
  if (!found || found[1] === "0000") return null;
  const [, year, month, day, hour, minute, second, fraction = ""] = found;
  try {
    const local = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}`);
    return new Date(local.toZonedDateTime(zone, { disambiguation: "earlier" }).epochMilliseconds).toISOString();
  } catch {
    return null;
  }
}

/** An instant as a system without zones writes it: `2026-10-31T23:10:54`. */
export function localOfInstant(instant: string, zone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  return local.toString({ fractionalSecondDigits: 0 });
}

/**
 * Where a list by local times must begin to hold everything between two instants: the first as written there, and
 * earlier by as much as the clocks went back in between.
 */
export function localSince(from: string, to: string, zone: string): string {
  const wall = (instant: string) => Date.parse(`${localOfInstant(instant, zone)}Z`);
  const repeated = Date.parse(to) - Date.parse(from) - (wall(to) - wall(from));
  // Less than a minute is what was cut off with the fractions of seconds.
  const earlier = repeated >= 60_000 ? new Date(Date.parse(from) - repeated).toISOString() : from;
  return localOfInstant(earlier, zone);
}
