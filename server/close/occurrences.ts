import type { Cadence } from "../../schemas/estate/flow.ts";
import { addDays } from "./dates.ts";
import type { Period } from "./periods.ts";
import { instantOf } from "./wall-time.ts";
import type { WorkDays } from "./work-days.ts";

/** Which days of a period a cadence is counted on: `opensOn` to `lastsOn`, both inclusive. */
export interface LoadingSpan {
  opensOn: string;
  lastsOn: string;
}

/**
 * When loads of a period are expected, oldest first: at the daily times of each work day of the span, and during the
 * close, where the cadence declares it, every so many minutes.
 */
export function occurrencesOf(cadence: Cadence, period: Period, loading: LoadingSpan, days: WorkDays, zone: string) {
  const times = new Set<string>();
  for (const day of span(loading.opensOn, loading.lastsOn).filter(days.isWorkDay)) {
    for (const at of cadence.daily) times.add(`${day}T${at}`);
  }
  const { close } = cadence;
  const closing = close && span(days.nth(period.endsOn, close.fromWorkDay), days.nth(period.endsOn, close.toWorkDay));
  for (const day of closing?.filter(days.isWorkDay) ?? []) {
    for (const at of every(close!.everyMinutes, close!.from, close!.to)) times.add(`${day}T${at}`);
  }
  return [...times].map((local) => instantOf(local, zone)).sort();
}

function span(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

function every(minutes: number, from: string, to: string): string[] {
  const times: string[] = [];
  for (let at = minutesOf(from); at <= minutesOf(to); at += minutes) {
    times.push(`${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`);
  }
  return times;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
