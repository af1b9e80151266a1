import type { Calendar, CalendarIds } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import { kept } from "./kept.ts";
import { workDaysOf, type WorkDays } from "./work-days.ts";

/** Where deadlines are counted and told: work days and an IANA zone. */
export interface Place {
  days: WorkDays;
  zone: string;
  /** Ids of the calendars kept there; a country's code where it is the country's own. */
  calendars: readonly string[];
}

/** Stands for the group among entities. */
export const GROUP = "group";

/** The places of an estate: an entity's own calendars and zone, or the plain holidays of its country. */
export function placesOf(estate: Estate): { place: (entity: string) => Place; groupPlace: Place } {
  const declared = new Map(estate.calendars.map((calendar) => [calendar.id, calendar]));
  const days = kept((ids: string) => workDaysOf(...ids.split("\n").map((id) => declared.get(id) ?? ofCountry(id))));
  const placeOf = (calendar: CalendarIds, zone: string): Place => {
    const calendars = [calendar].flat();
    return { days: days(calendars.join("\n")), zone, calendars };
  };
  const groupPlace = placeOf(estate.close.calendar, estate.estate.zone);
  const entities = new Map(estate.entities.map((entity) => [entity.id, entity]));
  return {
    groupPlace,
    place: kept((id: string) => {
      if (id === GROUP) return groupPlace;
      const entity = entities.get(id);
      if (!entity) throw new RangeError(`no entity ${id}`);
      return placeOf(entity.calendar ?? entity.country, entity.zone);
    }),
  };
}

function ofCountry(country: string): Calendar {
  return { id: country, country, weekend: [6, 7], days: [] };
}
