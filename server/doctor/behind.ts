import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { taskBacklog } from "../store/postgres/task-backlog.ts";
import { defineInspection, fine, notice, unseen, wrong, type Finding } from "./inspection.ts";
import { sizeText } from "./size-text.ts";

const QUEUE_NOTICED = 60;
const QUEUE_WRONG = 900;
/** Above this, what a stopped Tieout left behind takes a while to store at the next start. */
const JOURNAL_NOTICED = 256 * 1024 * 1024;

/** Tasks that wait, and for how many seconds of real time the oldest has. */
export function judgeQueue({
  waiting,
  oldestSeconds,
  running,
}: {
  waiting: number;
  oldestSeconds: number;
  running: boolean;
}): Finding[] {
  const told = `${waiting} tasks wait, the oldest for ${Math.round(oldestSeconds)} s.`;
  if (waiting === 0) return [fine("No task waits.")];
  if (!running) return [fine(`${told} They are worked off at the next start.`)];
  const mend = "Look for “a task failed” in the log, and start another process with --role work.";
  if (oldestSeconds > QUEUE_WRONG) return [wrong(told, mend)];
  return oldestSeconds > QUEUE_NOTICED ? [notice(told, mend)] : [fine(told)];
}

/** What is accepted and not in the tables: bytes of segments, and segments set aside as unreadable. */
export function judgeJournal({
  bytes,
  unread,
  running,
}: {
  bytes: number;
  unread: readonly string[];
  running: boolean;
}): Finding[] {
  const found: Finding[] = [];
  if (unread.length > 0) {
    found.push(
      wrong(
        `${unread.length} segments of the journal hold lines that could not be read: ${unread.join(", ")}.`,
        "Everything else of them was stored. Look into the lines, send again what is missing, then move the files away.",
      ),
    );
  }
  const told = `${sizeText(bytes)} of the journal are not in the tables yet`;
  if (bytes > JOURNAL_NOTICED) {
    found.push(
      notice(
        `${told}.`,
        running ? "Input comes faster than the tables take it." : "The next start stores them before it is ready.",
      ),
    );
  }
  return found.length > 0 ? found : [fine(bytes === 0 ? "The journal is empty." : `${told}; that is usual.`)];
}

export const queueInspection = defineInspection({
  name: "queue",
  title: "Task queue",
  async look({ postgres, options }) {
    if (!("opened" in postgres)) return [unseen("PostgreSQL could not be asked.")];
    try {
      const [row] = await postgres.opened.ask(taskBacklog, {});
      // Over a served engine other processes may be at work; embedded it was opened because none is.
      return judgeQueue({ ...(row ?? { waiting: 0, oldestSeconds: 0 }), running: options.databaseUrl !== null });
    } catch {
      return [unseen("There is no queue yet.", "Start Tieout once.")];
    }
  },
});

export const journalInspection = defineInspection({
  name: "journal",
  title: "Journal",
  look({ options, runningAs }) {
    if (options.clickhouseUrl)
      return [fine("With CLICKHOUSE_URL there is none: events are in the tables before they are acknowledged.")];
    const directory = join(options.data, "journal");
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return judgeJournal({
      bytes: names
        .filter((name) => name.endsWith(".jsonl"))
        .reduce((sum, name) => sum + sizeOf(join(directory, name)), 0),
      unread: names.filter((name) => name.endsWith(".unread")),
      running: runningAs !== null,
    });
  },
});

/** A segment may be let go while it is looked at. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
