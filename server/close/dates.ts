/** Arithmetic on calendar dates written `YYYY-MM-DD`; they order as text, and no zone plays a part. */

const DAY_MILLISECONDS = 86_400_000;

/** Days since 1 January 1970, for counting many of them. */
export function dayOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MILLISECONDS;
}

/** The inverse of `dayOf`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return dateOf(dayOf(date) + days);
}

export function daysBetween(from: string, to: string): number {
  return dayOf(to) - dayOf(from);
}

/** 1 Monday … 7 Sunday, of a day as `dayOf` counts it. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** The first day of a month; months past 12 or before 1 run into the neighbouring years. */
export function firstOfMonth(year: number, month: number): string {
  return new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);
}
