import type { Estate } from "../../schemas/estate/estate.ts";
import type { Scenario } from "../scenario.ts";
import type { FlowJob } from "./flow-jobs.ts";
import { periodBefore, type WorkDays } from "./work-days.ts";

/** A scheduled start. */
export interface Slot {
  job: FlowJob;
  at: number;
  period: string;
}

/** Which starts a local date holds. Before `fullCadenceFrom` schedules are thinned so that history stays light. */
export interface Timetable {
  slots(date: string): Slot[];
  /** The period an entity's loads carry on a date: the closing one for some work days yet, then the running one. */
  periodOn(entity: string | null, date: string): string;
}

const MONDAY = 1;

export function createTimetable(
  estate: Estate,
  scenario: Scenario,
  days: WorkDays,
  jobs: readonly FlowJob[],
): Timetable {
  const periodOn = (entity: string | null, date: string) => {
    const before = periodBefore(date.slice(0, 7));
    const last = days.dateOf(entity, before, scenario.loadedThroughWorkDay);
    return date <= last ? before : date.slice(0, 7);
  };
  /** Whether the date falls between two work days of the close its loads carry. */
  const inClose = (entity: string | null, date: string, from: number, to: number) =>
    [periodBefore(date.slice(0, 7)), date.slice(0, 7)].some(
      (period) => date >= days.dateOf(entity, period, from) && date <= days.dateOf(entity, period, to),
    );
  const firstHops = jobs.filter((job) => job.entity !== null && job.hop === 0);
  const flows = new Map(estate.flows.map((flow) => [flow.id, flow]));

  const entityTimes = (job: FlowJob, date: string): string[] => {
    const { cadence } = flows.get(job.flow)!;
    const { entity } = job;
    const workDay = days.isWorkDay(entity, date);
    const thin = date < scenario.fullCadenceFrom;
    const { daily, close } = cadence;
    if (thin && !close) return weekDay(date) === MONDAY ? daily : [];
    if (thin && !workDay) return [];
    if (!close || !workDay) return daily;
    const { thinned } = scenario;
    const span = thin ? thinned : close;
    if (!inClose(entity, date, span.fromWorkDay, span.toWorkDay)) return daily;
    return [...new Set([...daily, ...(thin ? thinned.at : everyMinutes(close))])].sort();
  };
  const groupTimes = (job: FlowJob, date: string): string[] => {
    const thin = date < scenario.fullCadenceFrom;
    if (job.kind === "background") {
      const at = scenario.background.filter((entry) => entry.job === job.job && entry.system === job.system);
      return thin && weekDay(date) !== MONDAY ? [] : at.map((entry) => entry.at);
    }
    const at = scenario.groupJobs.find((entry) => entry.job === job.job)?.at ?? [];
    if (!thin) return at;
    if (!days.isWorkDay(null, date)) return [];
    return inClose(null, date, scenario.thinned.fromWorkDay, 6) ? at : at.slice(0, 1);
  };
  return {
    periodOn,
    slots(date) {
      const ofEntities = firstHops.flatMap((job) =>
        entityTimes(job, date).map((time) => ({
          job,
          at: days.instant(job.entity, date, time),
          period: periodOn(job.entity, date),
        })),
      );
      const ofGroup = jobs
        .filter((job) => job.entity === null)
        .flatMap((job) =>
          groupTimes(job, date).map((time) => ({
            job,
            at: days.instant(null, date, time),
            period: periodOn(null, date),
          })),
        );
      return [...ofEntities, ...ofGroup];
    },
  };
}

function weekDay(date: string): number {
  return new Date(date).getUTCDay();
}

function everyMinutes(span: { from: string; to: string; everyMinutes: number }): string[] {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const times: string[] = [];
  for (let at = minutes(span.from); at <= minutes(span.to); at += span.everyMinutes) {
    times.push(`${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`);
  }
  return times;
}
