import type { Instant } from "../../schemas/instant.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** For sentences: `3 Nov 22:10`, in the zone the reader works in. */
export function timeText(at: Instant, zone: string): string {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZone: zone,
    });
  formats.set(zone, format);
  return format.format(new Date(at)).replace(",", "");
}
