/** What a time text means: UTC with milliseconds, and what was unusual about how it was written. */
export type ReadTime = { at: string; remark: string | null };

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TOLERATED =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:(?<letter>[Tt ])(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?)?(?<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?(?<region>\[[^\]]+\])?$/;
const MILLISECONDS_IN_MINUTE = 60_000;

/** Years a time may lie in: what the store's instants can hold, leaving its zero free to mean "none". */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;

/**
 * Reads a time as events in the wild write it: RFC 3339, and also without a zone (UTC), with a zone's name behind the
 * offset (`Z[Europe/London]`), without seconds, as a date alone. Answers null when it cannot be read as one instant.
 */
export function readTime(text: string): ReadTime | null {
  const groups = TOLERATED.exec(text)?.groups;
  if (!groups) return null;
  const part = (name: string) => Number(groups[name] ?? 0);
  const fraction = groups.fraction ?? "";
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
    milliseconds,
  );
  const date = new Date(local);
  const exists =
    date.getUTCDate() === part("day") &&
    date.getUTCMonth() === part("month") - 1 &&
    part("hour") < 24 &&
    part("minute") < 60 &&
    part("second") < 60;
  const offset = offsetMinutes(groups.zone);
  if (!exists || offset === null) return null;
  const instant = new Date(local - offset * MILLISECONDS_IN_MINUTE);
  const year = instant.getUTCFullYear();
  if (year < FIRST_YEAR || year > LAST_YEAR) return null;
  return { at: instant.toISOString(), remark: CANONICAL.test(text) ? null : remarkOn(groups, fraction) };
}

function offsetMinutes(zone: string | undefined): number | null {
  if (!zone || zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || 0);
  if (hours > 18 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

function remarkOn(groups: Record<string, string | undefined>, fraction: string): string | null {
  const remarks: string[] = [];
  if (!groups.hour) remarks.push("has no time of day; read as midnight");
  else if (groups.second === undefined) remarks.push("has no seconds; read as :00");
  if (groups.letter === " ") remarks.push('has a space where "T" is expected');
  if (fraction.length > 6) remarks.push("is finer than microseconds; kept to the millisecond");
  if (!groups.zone) remarks.push("has no zone; read as UTC");
  if (groups.region && groups.zone) remarks.push(`names a zone behind its offset; ${groups.region} was ignored`);
  return remarks.length > 0 ? remarks.join("; ") : null;
}
