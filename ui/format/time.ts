const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone })));
  return made;
}

/** `14:20` */
export function clockTime(at: string, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** `Wed 4 Nov 14:20` */
export function dayAndTime(at: string, zone: string): string {
  const parts = format(zone, { weekday: "short", day: "numeric", month: "short" }).format(new Date(at));
  return `${parts.replace(",", "")} ${clockTime(at, zone)}`;
}

/** `4 Nov 14:20`; `14:20` on the same day as `now`. */
export function shortTime(at: string, zone: string, now: string): string {
  const on = dayAndMonth(at, zone);
  return on === dayAndMonth(now, zone) ? clockTime(at, zone) : `${on} ${clockTime(at, zone)}`;
}

/** The whole instant with its zone, for hovering: `Wed 4 Nov 2026, 14:20:05 CET`. */
export function exactTime(at: string, zone: string): string {
  return format(zone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(new Date(at));
}

/** The zone's name as people say it: `CET`. */
export function zoneName(at: string, zone: string): string {
  const parts = format(zone, { timeZoneName: "short" }).formatToParts(new Date(at));
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** `3 h 40 min`, `2 d 4 h`, `45 s`; whole minutes above one. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

/** Seconds from one instant to another. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** The calendar day there, `04/11/2026`; for comparing only. */
export function dayOf(at: string, zone: string): string {
  return format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(at));
}

/** `Thu 5` */
export function shortDay(at: string, zone: string): string {
  return format(zone, { weekday: "short", day: "numeric" }).format(new Date(at)).replace(",", "");
}

const HALF_HOUR = 1_800_000;

/** Midnights of a zone between two instants, for axes. Half-hour zones have theirs too. */
export function midnights(from: string, to: string, zone: string): string[] {
  const found: string[] = [];
  const first = Math.ceil(Date.parse(from) / HALF_HOUR) * HALF_HOUR;
  for (let at = first; at <= Date.parse(to); at += HALF_HOUR) {
    const instant = new Date(at).toISOString();
    if (clockTime(instant, zone) === "00:00") found.push(instant);
  }
  return found;
}

/** `Tue 3 Nov` */
export function dayName(at: string, zone: string): string {
  return format(zone, { weekday: "short", day: "numeric", month: "short" }).format(new Date(at)).replace(",", "");
}

/** `4 Nov` */
export function dayAndMonth(at: string, zone: string): string {
  return format(zone, { day: "numeric", month: "short" }).format(new Date(at));
}
