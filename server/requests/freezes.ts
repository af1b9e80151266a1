import type { Estate } from "../../schemas/estate/estate.ts";
import type { FreezeRow } from "../../schemas/wire/request.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";
import { standingFreezes } from "../store/postgres/requests-freezes.ts";
import type { Asking } from "../store/postgres.ts";

/** Every freeze in force, and those of the calendar that come next: made by people, and declared by the estate. */
export async function freezesNow(store: Asking, estate: Estate, calendars: Calendars, now: Date): Promise<FreezeRow[]> {
  const made = await store.ask(standingFreezes, { at: now.toISOString() });
  return [
    ...made.map((freeze): FreezeRow => ({ ...freeze, kind: "emergency", acts: [] })),
    ...calendarFreezes(estate, calendars, now),
  ];
}

/** Release freezes of the periods whose close lies around an instant. */
export function calendarFreezes(estate: Estate, calendars: Calendars, now: Date): FreezeRow[] {
  if (estate.freezes.length === 0) return [];
  const current = calendars.periodAt(now);
  const periods = [calendars.previous(calendars.previous(current)), calendars.previous(current), current];
  const at = now.toISOString();
  return estate.freezes.flatMap(({ id, title, from, until, acts, flows }) =>
    periods
      .map((period): FreezeRow => ({
        ...{ id: `${id}:${period.period}`, kind: "calendar", title: `${title} ${period.period}`, acts },
        ...{ scope: flows ? "flow" : "everything", flows: flows ?? [], by: "the close calendar" },
        reason: "Nothing is released while the books are being closed.",
        fromAt: calendars.deadline(period, GROUP, from).at,
        untilAt: calendars.deadline(period, GROUP, until).at,
      }))
      .filter(({ untilAt }) => untilAt! > at),
  );
}
