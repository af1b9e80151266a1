import type { SimRun } from "../../collectors/sandbox.ts";
import { SANDBOXES } from "../../collectors/sandboxes.ts";
import type { FlowJob } from "./flow-jobs.ts";
import { passQueue, stuckBy, waitInQueue } from "./message-queue.ts";
import { contentsKey, hopFrom, type Play } from "./play.ts";
import { runKey } from "./run-keys.ts";
import { runShape, type RunShape } from "./run-shape.ts";
import type { Batch, TrackedRun } from "./tracked-run.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A step that failed by bad luck is tried again after so long; a load by its message. */
const TRIED_AGAIN_AFTER = 8 * MINUTE;
/** A job hands on to the next hop's just before it ends. */
const HANDS_ON_BEFORE_END = 2 * SECOND;

export interface Begin {
  at: number;
  trigger: SimRun["trigger"];
  attempt: number;
  /** Null where the run makes a batch of its own, or carries none. */
  batch: Batch | null;
  period: string;
  direct: boolean;
  startedBy: TrackedRun | null;
  /** The fault of the script by which `batch` is sent again as it was. */
  resent?: string;
}

/** Begins a run: its course is decided at once, as far as the script and its luck decide it now. */
export function beginRun(play: Play, job: FlowJob, how: Begin): TrackedRun {
  const { collector } = play.estate.systems.find(({ id }) => id === job.system)!;
  const player = SANDBOXES.find((candidate) => candidate.collector === collector);
  const mayFail = how.trigger !== "api" && how.attempt === 1;
  const shape = runShape({ seed: play.seed, job, queuedAt: how.at, mayFail, failure: player?.failure });
  const before = play.byJob.get(job)!.findLast(({ held }) => held === null);
  const startedAt = Math.max(how.at + shape.delay, (before?.run.endedAt ?? 0) + SECOND);
  const batch = batchFor(play, job, how, startedAt);
  const { attempt, trigger } = how;
  const period = batch?.period ?? how.period;
  const key = runKey(collector, player?.runKey, play.seed, {
    job: job.job,
    period,
    queuedAt: how.at,
    attempt,
    trigger,
  });
  const run: SimRun = {
    ...{ key, system: job.system, flow: job.flow, job: job.job, hop: job.hop, entity: job.entity },
    ...{ period, queuedAt: how.at, startedAt, endedAt: startedAt + shape.duration },
    ...{ outcome: "complete", rowsRead: 0, rowsWritten: 0, rowsRejected: 0, rejections: [], error: null },
    ...{ correlationId: batch?.correlationId ?? null, started: [], attempt, trigger },
    startedBy: how.startedBy && { system: how.startedBy.run.system, key: how.startedBy.run.key },
    snapshotAsOf: batch?.snapshotAsOf ?? null,
  };
  const { direct } = how;
  const tracked: TrackedRun = {
    run,
    job,
    batch,
    refused: [],
    shows: how.resent ? [how.resent] : [],
    failedBy: null,
    held: null,
    taken: [],
    direct,
    over: false,
  };
  foresee(play, tracked, shape);
  play.bySystem.get(run.system)!.push(tracked);
  play.byJob.get(job)!.push(tracked);
  play.byKey.set(`${run.system}|${key}`, tracked);
  how.startedBy?.run.started.push({ system: run.system, key });
  expectEnd(play, tracked);
  return tracked;
}

/** A first hop takes a snapshot of its own; a repetition of it keeps the correlation ID, what is sent again all of it. */
function batchFor(play: Play, job: FlowJob, how: Begin, startedAt: number): Batch | null {
  if (job.entity === null) return null;
  if (how.batch) return job.hop === 0 && !how.resent ? { ...how.batch, snapshotAsOf: startedAt } : how.batch;
  const counted = `${job.flow}|${job.entity}`;
  const number = (play.batches.get(counted) ?? 0) + 1;
  play.batches.set(counted, number);
  const digits = String(number).padStart(6, "0");
  const correlationId = `${play.scenario.batches[job.flow]}-${how.period}-${job.entity}-${digits}`;
  return { correlationId, flow: job.flow, entity: job.entity, period: how.period, snapshotAsOf: startedAt };
}

function foresee(play: Play, tracked: TrackedRun, shape: RunShape): void {
  const { run, job, batch } = tracked;
  const scripted = play.script.inForce(
    "job-failure",
    run.startedAt,
    (fault) => fault.system === job.system && fault.job === job.job,
  )?.fault;
  const error = scripted?.error ?? (stuckBy(play, tracked) ? null : shape.fails);
  if (error) {
    tracked.failedBy = scripted?.id ?? null;
    run.outcome = "failed";
    run.error = error;
    run.endedAt = run.startedAt + Math.round(shape.duration / 3);
    return;
  }
  if (job.entity === null && job.hop > 0) takeOver(play, tracked);
  if (batch) fillRows(play, tracked, batch);
  if (job.kind !== "message") return;
  if (tracked.direct) passQueue(play, job, run.queuedAt);
  else waitInQueue(play, tracked, shape);
}

function fillRows(play: Play, { run, job, refused, shows }: TrackedRun, batch: Batch): void {
  run.rowsRead = play.books.rows(batch, []);
  for (const { fault, until } of play.script.all("rejected-rows")) {
    const rejection = fault.system === job.system && run.startedAt < until ? play.books.rejected(fault, batch) : null;
    if (!rejection) continue;
    refused.push(fault.id);
    run.rejections.push(rejection);
    run.rowsRejected += rejection.count;
    run.outcome = "partial";
  }
  const lost = play.script.inForce("lost-rows", run.startedAt, ({ system, job: of }) => leaves(system, of, job))?.fault;
  if (lost) {
    shows.push(lost.id);
    run.rowsRejected += lost.rows;
    run.outcome = "partial";
  }
  run.rowsWritten = run.rowsRead - run.rowsRejected;
}

function leaves(system: string, name: string, { system: of, job }: FlowJob): boolean {
  return system === of && name === job;
}

/** A run for all entities takes over what the hop before holds when it starts, whatever comes in while it runs. */
function takeOver(play: Play, tracked: TrackedRun): void {
  const { job, run } = tracked;
  const source = play.estate.flows.find(({ id }) => id === job.flow)!.hops[job.hop - 1]!.dataset;
  play.agenda.add(run.startedAt, `take over ${run.key}`, () => {
    if (tracked.over) return;
    tracked.taken = [...play.contents].filter(([key]) => key.startsWith(`${source}|`)).map(([, contents]) => contents);
    run.rowsRead = tracked.taken.reduce((sum, { batch, refused }) => sum + play.books.rows(batch, refused), 0);
    run.rowsWritten = run.rowsRead;
  });
}

/** Puts the run's end, and what it starts before, on the agenda; an end that moved meanwhile is left out. */
export function expectEnd(play: Play, tracked: TrackedRun): void {
  const { run, job } = tracked;
  const { endedAt } = run;
  const asExpected = () => !tracked.over && run.endedAt === endedAt;
  const next = run.outcome === "failed" ? undefined : hopFrom(play, job, 1);
  if (next) {
    const at = endedAt - HANDS_ON_BEFORE_END;
    play.agenda.add(at, `hand on ${run.key}`, () => {
      if (!asExpected()) return;
      const { batch, direct } = tracked;
      const attempt = attemptsOf(play, next, batch!) + 1;
      beginRun(play, next, { at, trigger: "upstream", attempt, batch, period: run.period, direct, startedBy: tracked });
    });
  }
  play.agenda.add(endedAt, `end ${run.key}`, () => {
    if (asExpected()) finish(play, tracked);
  });
}

/** How often a job has carried a batch already. */
export function attemptsOf(play: Play, job: FlowJob, { correlationId }: Batch): number {
  return play.byJob.get(job)!.filter(({ batch }) => batch?.correlationId === correlationId).length;
}

function finish(play: Play, tracked: TrackedRun): void {
  const { run, job, batch } = tracked;
  tracked.over = true;
  noteFaults(play, tracked);
  if (run.outcome === "failed") return tryAgain(play, tracked);
  if (batch) hold(play, job.dataset, batch, tracked.refused);
  for (const contents of tracked.taken) hold(play, job.dataset, contents.batch, contents.refused);
}

/** Older figures never replace newer ones. */
function hold(play: Play, dataset: string, batch: Batch, refused: readonly string[]): void {
  const key = contentsKey(dataset, batch.entity, batch.period);
  const held = play.contents.get(key);
  if (!held || held.batch.snapshotAsOf <= batch.snapshotAsOf) play.contents.set(key, { batch, refused });
}

function tryAgain(play: Play, tracked: TrackedRun): void {
  const { run, job, batch } = tracked;
  const again = job.kind === "load" ? (hopFrom(play, job, -1) ?? job) : job;
  if (tracked.failedBy !== null || job.entity === null || run.trigger === "api" || run.attempt > 1) return;
  const at = run.endedAt + TRIED_AGAIN_AFTER;
  play.agenda.add(at, `try again ${run.key}`, () => {
    if (play.byJob.get(job)!.at(-1) !== tracked) return;
    const how = { at, trigger: run.trigger, attempt: attemptsOf(play, again, batch!) + 1, startedBy: null };
    beginRun(play, again, { ...how, batch, period: run.period, direct: tracked.direct });
  });
}

function noteFaults(play: Play, { run, job, batch, refused, shows, failedBy }: TrackedRun): void {
  const { script } = play;
  const at = run.endedAt;
  if (failedBy) script.show(failedBy, at);
  for (const id of [...refused, ...shows]) script.show(id, at);
  if (run.outcome === "failed") return;
  for (const { fault } of script.all("job-failure")) if (fault.job === job.job) script.clear(fault.id, at);
  for (const { fault } of script.all("not-scheduled")) {
    if (fault.flow !== job.flow || fault.entity !== job.entity || job.hop !== 0) continue;
    if (run.trigger === "api" && script.showing(fault.id)) script.lift(fault.id, at);
    else script.clear(fault.id, at);
  }
  for (const { fault } of script.all("lost-rows"))
    if (leaves(fault.system, fault.job, job) && !shows.includes(fault.id)) script.clear(fault.id, at);
  for (const { fault } of script.all("resent"))
    if (fault.flow === job.flow && fault.entity === job.entity && job.hop === 0 && !shows.includes(fault.id))
      script.clear(fault.id, at);
  if (!batch) return;
  const same = (fault: { flow: string | null; entity: string; period: string }) =>
    fault.flow === batch.flow && fault.entity === batch.entity && fault.period === batch.period;
  for (const { fault } of script.all("rejected-rows")) {
    if (fault.system === job.system && same(fault) && !refused.includes(fault.id)) script.clear(fault.id, at);
  }
  if (hopFrom(play, job, 1)) return;
  for (const { fault, from } of script.all("late-posting")) {
    if (same(fault) && batch.snapshotAsOf >= from) script.clear(fault.id, at);
  }
}
