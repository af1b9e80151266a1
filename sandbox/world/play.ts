import type { Estate } from "../../schemas/estate/estate.ts";
import type { Scenario } from "../scenario.ts";
import { createAgenda, type Agenda } from "./agenda.ts";
import { createBooks, type Books } from "./books.ts";
import { createFaultScript, type FaultScript } from "./fault-script.ts";
import { flowJobs, type FlowJob } from "./flow-jobs.ts";
import { createTimetable, type Timetable } from "./timetable.ts";
import type { Contents, TrackedRun } from "./tracked-run.ts";
import { addDays, createWorkDays, periodOf, type WorkDays } from "./work-days.ts";

/** Everything a play consists of: what is given, and what has happened so far. */
export interface Play {
  seed: number;
  estate: Estate;
  scenario: Scenario;
  days: WorkDays;
  jobs: readonly FlowJob[];
  timetable: Timetable;
  books: Books;
  script: FaultScript;
  agenda: Agenda;
  /** Runs in the order they were asked for. */
  bySystem: Map<string, TrackedRun[]>;
  byJob: Map<FlowJob, TrackedRun[]>;
  /** By system and key. */
  byKey: Map<string, TrackedRun>;
  /** What datasets hold, by dataset, entity and period. */
  contents: Map<string, Contents>;
  /** Months with when they begin in the group's zone, as far as was looked. */
  periods: { month: string; at: number }[];
  /** How many batches each flow and entity has made. */
  batches: Map<string, number>;
}

export function createPlay(estate: Estate, scenario: Scenario, seed: number): Play {
  const days = createWorkDays(estate);
  const jobs = flowJobs(estate, scenario);
  return {
    ...{ seed, estate, scenario, days, jobs },
    timetable: createTimetable(estate, scenario, days, jobs),
    books: createBooks({ seed, estate, scenario, days, jobs }),
    script: createFaultScript(scenario, days),
    agenda: createAgenda(),
    bySystem: new Map(estate.systems.map(({ id }) => [id, []])),
    byJob: new Map(jobs.map((job) => [job, []])),
    ...{ byKey: new Map(), contents: new Map(), periods: [], batches: new Map() },
  };
}

/** The job of the same flow and entity so many hops on. */
export function hopFrom(play: Play, job: FlowJob, step: 1 | -1): FlowJob | undefined {
  return play.jobs.find(
    ({ flow, hop, entity }) =>
      flow === job.flow && flow !== "" && hop === job.hop + step && entity === job.entity && entity !== null,
  );
}

export function contentsKey(dataset: string, entity: string, period: string): string {
  return `${dataset}|${entity}|${period}`;
}

/** Periods that had begun in the group's zone, oldest first. */
export function reachedPeriods(play: Play, instant: number): string[] {
  const { periods, days, scenario } = play;
  const begin = (month: string) => ({ month, at: days.instant(null, `${month}-01`, "00:00") });
  if (periods.length === 0) periods.push(begin(scenario.from.slice(0, 7)));
  for (let last = periods.at(-1)!; last.at <= instant; last = periods.at(-1)!) {
    periods.push(begin(addDays(periodOf(last.month).endsOn, 1).slice(0, 7)));
  }
  return periods.filter(({ at }) => at <= instant).map(({ month }) => month);
}
