import pLimit from "p-limit";
import type { ControlTotal } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Pull, SystemOf, Tools } from "../collector.ts";
import { VendorError } from "../collector.ts";
import type { AnaplanClient } from "./client.ts";
import type { WindowCursor } from "../run-window.ts";
import { readAudit, type AuditMark } from "./audit.ts";
import { createLoadLog, lineBefore, type LoadLog } from "./load-log.ts";
import { delivered, eventsOf, isOver, totalsOf, type LogLine, type Reading } from "./map.ts";
import type { Process, Processes } from "./processes.ts";
import type { AnaplanSettings } from "./settings.ts";
import { dumpedSteps } from "./task-outcome.ts";
import type { Task, TaskHead } from "./vendor.ts";
import { createViews, type Views } from "./views.ts";

/** Where reading stands: per process the newest task seen, and every task not yet at its end. */
export interface AnaplanCursor {
  processes: Record<string, { through: number; seen: string[]; fedAt: number }>;
  open: Record<string, OpenTask>;
  /** Where CloudWorks and the audit trail stand, where they are read. */
  cloudWorks?: WindowCursor;
  audit?: AuditMark;
}
interface OpenTask {
  processId: string;
  told: string[];
  line: LogLine | null;
}

/** Processes whose whole history is read in one pull, and tasks read at a time. */
const BACKFILL = 6;
const AT_ONCE = 4;
/** Anaplan asks for at least five seconds between two looks at one task. */
const BETWEEN_LOOKS = 5000;
/** A line of the log without a task is looked after for this long, in milliseconds. */
const AWAITED = 3_600_000;

interface Deps {
  system: SystemOf<AnaplanSettings>;
  tools: Tools;
  client: AnaplanClient;
  processes: Processes;
}

/**
 * Reads on. Anaplan has no list of tasks across processes and no "since", so each process is asked newest-first. With
 * a load log an idle poll costs two requests: the log's latest lines tell which processes were fed, and one further
 * process is asked by turns, for tasks nobody logged. Without it every process is asked every time.
 */
export function createPull(deps: Deps): (cursor: AnaplanCursor | null) => Promise<Pull<AnaplanCursor>> {
  const { system, tools, client, processes } = deps;
  const { settings } = system;
  const views = createViews(client, tools.clock);
  const log = createLoadLog(views, settings);
  const readTask = createTaskReading(deps, views, log);
  const limit = pLimit(AT_ONCE);
  const lookedAt = new Map<string, number>();
  let turn = 0;

  async function chosen(all: readonly Process[], cursor: AnaplanCursor) {
    const unread = all.filter(({ id }) => !cursor.processes[id]);
    const fed = log && unread.length < all.length ? await log.latest() : new Map<string, number>();
    const read = all.filter(({ id }) => cursor.processes[id]);
    const audited = settings.audit ? await readAudit(client, cursor.audit, tools.log) : null;
    if (audited) cursor.audit = audited.mark;
    const byTurns = audited ? null : read[turn++ % Math.max(1, read.length)];
    const due = read.filter(
      (process) =>
        !log ||
        process === byTurns ||
        audited?.names(process) ||
        (fed.get(process.name) ?? 0) > (cursor.processes[process.id]?.fedAt ?? 0),
    );
    return { asked: [...unread.slice(0, BACKFILL), ...due], fed, more: unread.length > BACKFILL };
  }

  async function listed(process: Process, cursor: AnaplanCursor, fedAt: number): Promise<TaskHead[]> {
    const before = cursor.processes[process.id];
    const overlap = settings.overlapMinutes * 60_000;
    const tasks = await client.tasks(process.id, (task) => !before || task.creationTime >= before.through - overlap);
    const through = Math.max(before?.through ?? 0, ...tasks.map((task) => task.creationTime));
    const answered = through >= fedAt || tools.clock.now().getTime() - fedAt > AWAITED;
    const seen = tasks.filter((task) => task.creationTime >= through - overlap).map(({ taskId }) => taskId);
    cursor.processes[process.id] = { through, seen, fedAt: answered ? fedAt : (before?.fedAt ?? 0) };
    return tasks.filter(({ taskId }) => !before?.seen.includes(taskId) && !cursor.open[taskId]);
  }

  async function lookAt(process: Process, taskId: string, cursor: AnaplanCursor): Promise<RunEvent[]> {
    const before = cursor.open[taskId] ?? { processId: process.id, told: [], line: null };
    lookedAt.set(taskId, tools.clock.now().getTime());
    const reading = await readTask(process, taskId, before.line);
    // A task seen before its line of the log is told again once it can be placed.
    const told = eventsOf(reading, settings).map(({ state, event }) => ({
      state: reading.line ? state : `${state}, unplaced`,
      event,
    }));
    const open = { ...before, told: told.map(({ state }) => state), line: reading.line };
    if (isOver(reading.task)) {
      delete cursor.open[taskId];
      lookedAt.delete(taskId);
    } else cursor.open[taskId] = open;
    return told.filter(({ state }) => !before.told.includes(state)).map(({ event }) => event);
  }

  return async (before) => {
    const cursor: AnaplanCursor = structuredClone(before ?? { processes: {}, open: {} });
    const all = await processes.list();
    const { asked, fed, more } = await chosen(all, cursor);
    const due = Object.entries(cursor.open).filter(
      ([taskId]) => tools.clock.now().getTime() - (lookedAt.get(taskId) ?? 0) >= BETWEEN_LOOKS,
    );
    const found = await Promise.all(
      asked.map((process) =>
        limit(async () =>
          (await listed(process, cursor, fed.get(process.name) ?? 0)).map((task) => ({ process, task })),
        ),
      ),
    );
    const looks = [
      ...due.flatMap(([taskId, { processId }]) => {
        const process = all.find(({ id }) => id === processId);
        return process ? [{ process, taskId }] : [];
      }),
      ...found.flat().map(({ process, task }) => ({ process, taskId: task.taskId })),
    ];
    const events = await Promise.all(looks.map(({ process, taskId }) => limit(() => lookAt(process, taskId, cursor))));
    return {
      events: events.flat().sort((a, b) => a.eventTime.localeCompare(b.eventTime)),
      cursor,
      more,
      openRuns: Object.keys(cursor.open).length,
    };
  };
}

/** Reads a task with what belongs to it: its line of the log, the rows it refused, what the module adds up to. */
function createTaskReading({ system, tools, client }: Deps, views: Views, log: LoadLog | null) {
  const { settings, namespace } = system;

  async function refusedBy(process: Process, task: Task): Promise<Record<string, string>[]> {
    const rows: Record<string, string>[] = [];
    for (const objectId of dumpedSteps(task)) {
      try {
        rows.push(...(await client.dump(process.id, task.taskId, objectId)));
      } catch (error) {
        // Dumps perish with the process's next task; the counts of the task remain.
        if (!(error instanceof VendorError) || error.code !== "not-found") throw error;
        tools.log.warn({ task: task.taskId }, "a failure dump is gone");
      }
    }
    return rows;
  }

  async function totalsAfter({ load, entity }: Process, line: LogLine | null): Promise<ControlTotal[]> {
    if (!load.totalsView || !line?.period || !line.batch) return [];
    const { period, batch } = line;
    const names = settings.totals;
    const rows = await views.read(load.totalsView, { [names.entity]: entity, [names.period]: period });
    // The view shows the module as it is now; figures of a later batch belong to that batch's own task.
    if (!rows.some((row) => row[names.batch] === batch)) return [];
    return totalsOf(rows, { entity, period }, load, names);
  }

  return async (process: Process, taskId: string, known: LogLine | null): Promise<Reading> => {
    const task = await client.task(process.id, taskId);
    const line = known ?? (log ? lineBefore(await log.lines(process), task.creationTime) : null);
    const done = delivered(task);
    return {
      namespace,
      process: process.name,
      entity: process.entity,
      load: process.load,
      task,
      line,
      refused: done ? await refusedBy(process, task) : [],
      totals: done ? await totalsAfter(process, line) : [],
    };
  };
}
