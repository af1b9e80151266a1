import { join } from "node:path";
import type { Again, Context } from "./context.ts";
import type { Foundations } from "./open-foundations.ts";
import type { Options } from "./options.ts";
import type { Processes } from "./processes/open-processes.ts";
import type { Stream } from "./stream/stream.ts";
import type { Tasks } from "./tasks/boss.ts";
import { TASKS } from "./tasks/index.ts";

/** What the context hands on to and what itself needs the context: opened right after, before anybody asks. */
export interface OpenedLater {
  tasks?: Tasks;
  stream?: Stream;
  again?: Again;
  doors?: { dismiss(actor: string): void };
}

/** What rooms reach each other through, over what is open already and what will be. */
export function openContext(founded: Foundations, options: Options, processes: Processes, later: OpenedLater): Context {
  const { clock, log, estate, clickhouse, postgres, facts, lineage, metrics, audit, alerting } = founded;
  const again = () => {
    if (!later.again) throw new Error("Nothing can be done again yet.");
    return later.again;
  };
  return {
    ...{ clock, log, estate, clickhouse, postgres, facts, lineage, metrics, audit, alerting },
    ...{ linesDirectory: join(options.data, "lines"), evidenceDirectory: join(options.data, "evidence") },
    drivers: new Map(founded.sources.map(({ system, connected }) => [system.id, connected])),
    again: {
      recollect: (...asked) => again().recollect(...asked),
      rebuild: () => again().rebuild(),
      check: (scope) => again().check(scope),
      resubmit: (...asked) => again().resubmit(...asked),
    },
    accept: async (events, source) => void (await founded.ingest.acceptEvents(events, source)),
    enqueue: (...task) => later.tasks?.enqueue(...task) ?? Promise.reject(new Error("The task queue is not open yet.")),
    handles: (task) => TASKS.some(({ name }) => name === task),
    touch(topic) {
      later.stream?.touch(topic);
      processes.news?.touch(topic);
    },
    dismiss(actor) {
      later.doors?.dismiss(actor);
      processes.news?.dismiss(actor);
    },
  };
}
