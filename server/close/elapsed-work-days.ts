import type { Instant } from "../../schemas/instant.ts";
import { addDays } from "./dates.ts";
import { localDate, startOfDay } from "./wall-time.ts";
import type { WorkDays } from "./work-days.ts";

/** Work days from one instant on, counted where an entity works. */
export interface ElapsedWorkDays {
  /** The instant the given number of the entity's work days after another's local day are over. */
  workDaysAfter(entity: string, at: Instant, days: number): Instant;
  /** The entity's work days after one instant's local day through another's; 0 on the day itself. */
  workDaysBetween(entity: string, from: Instant, to: Instant): number;
}

export function elapsedWorkDays(
  place: (entity: string) => { days: Pick<WorkDays, "isWorkDay" | "nth">; zone: string },
): ElapsedWorkDays {
  const on = (at: Instant, zone: string) => localDate(new Date(at), zone);
  return {
    workDaysAfter(entity, at, count) {
      const { days, zone } = place(entity);
      const first = on(at, zone);
      return startOfDay(addDays(count > 0 ? days.nth(first, count) : first, 1), zone);
    },
    workDaysBetween(entity, from, to) {
      const { days, zone } = place(entity);
      const last = on(to, zone);
      let count = 0;
      for (let day = addDays(on(from, zone), 1); day <= last; day = addDays(day, 1)) if (days.isWorkDay(day)) count++;
      return count;
    },
  };
}
