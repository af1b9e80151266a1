import type { MuteWindow } from "../../schemas/estate/route.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";
import { addDays } from "../close/dates.ts";
import { instantOf, localDate } from "../close/wall-time.ts";

/** When a mute window that is open at an instant ends; null where it is not open. Days are the group's. */
export function mutedUntil(window: MuteWindow, calendars: Calendars, now: Date): string | null {
  const posting = calendars.periodAt(now);
  const { zone } = calendars.placeOf(posting, GROUP);
  const spans = spansAround(window, calendars, zone, now);
  const open = spans.find(({ from, to }) => Date.parse(from) <= now.getTime() && now.getTime() < Date.parse(to));
  return open?.to ?? null;
}

function spansAround(window: MuteWindow, calendars: Calendars, zone: string, now: Date) {
  const { on, from } = window;
  const ends = (date: string) =>
    window.to === undefined ? instantOf(`${addDays(date, 1)}T00:00`, zone) : instantOf(`${date}T${window.to}`, zone);
  if ("fromDate" in on) return [{ from: instantOf(`${on.fromDate}T${from}`, zone), to: ends(on.toDate) }];
  if ("weekdays" in on) {
    const today = localDate(now, zone);
    const weekday = ((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
    return on.weekdays.includes(weekday) ? [{ from: instantOf(`${today}T${from}`, zone), to: ends(today) }] : [];
  }
  const posting = calendars.periodAt(now);
  return [posting, calendars.previous(posting)].map((period) => {
    const day = (workDay: number) =>
      calendars.deadline(period, GROUP, { workDay, at: "00:00", zone: GROUP }).local.slice(0, 10);
    return { from: instantOf(`${day(on.fromWorkDay)}T${from}`, zone), to: ends(day(on.toWorkDay)) };
  });
}
