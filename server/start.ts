import { existsSync } from "node:fs";
import { join } from "node:path";
import { createAgain } from "./again.ts";
import { createApp } from "./app.ts";
import { createCheckpoints } from "./breaks/checkpoints.ts";
import { createCollecting } from "./collect/collect.ts";
import { createGathering } from "./collect/play-history.ts";
import { storedCursors } from "./collect/stored-cursors.ts";
import type { Context } from "./context.ts";
import { loadDashboards } from "./dashboards/load-dashboards.ts";
import { followNews } from "./follow-news.ts";
import { greeting } from "./greeting.ts";
import { forgetCutShort } from "./lines/forget-cut-short.ts";
import { watchIncidents } from "./incidents/watch-incidents.ts";
import type { Door } from "./listen.ts";
import { openFoundations, type Start } from "./open-foundations.ts";
import { watchAlerts } from "./notify/dispatch-alerts.ts";
import { playIn } from "./play-in.ts";
import { pushPlayed } from "./push-played.ts";
import { recoverRequests } from "./requests/recover-requests.ts";
import { beginWatch } from "./requests/watch-requests.ts";
import { routesOf } from "./routes/index.ts";
import type { Rooms } from "./rooms.ts";
import { openSocket } from "./stream/socket.ts";
import { createStream, type Stream } from "./stream/stream.ts";
import { topicsOf } from "./stream/topics-of.ts";
import { nextCheckpoint } from "./tasks/audit-checkpoint.ts";
import { nextRetention } from "./tasks/evidence-retention.ts";
import { startTasks, type Tasks } from "./tasks/boss.ts";
import { TASKS } from "./tasks/index.ts";
import { watchEngines } from "./watch-engines.ts";

export interface Tieout {
  url: string;
  /** Lets what is under way become durable, then closes everything in the reverse order of its opening. */
  stop(): Promise<void>;
}

/** Opens everything in order and answers once the tower does its work. Closes what it had opened when it fails. */
export async function startTieout(start: Start): Promise<Tieout> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const each of closing.splice(0).reverse()) await each();
  };
  try {
    const url = await open(start, (each) => void closing.push(each));
    return { url, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(start: Start, onStop: (close: () => unknown) => void) {
  const { options, environment, root, say } = start;
  say.line(`Tieout · ${options.estate}`);
  const dashboards = loadDashboards(options.dashboards);
  const founded = await openFoundations(start, onStop);
  const { estate, log, door, metrics, sandbox, clock, sources, clickhouse, postgres, audit } = founded;
  const { facts, ingest, lineage, people, alerting } = founded;
  onStop(watchEngines({ clickhouse, postgres, metrics, dataDirectory: options.data }));
  // Tasks need the context, and the context hands tasks on: the queue is opened first thing after.
  let tasks: Tasks | null = null;
  let doors: ReturnType<typeof openDoors> | null = null;
  const ctx: Context = {
    ...{ clock, log, estate, clickhouse, postgres, facts, lineage, metrics, audit, alerting },
    ...{ linesDirectory: join(options.data, "lines"), evidenceDirectory: join(options.data, "evidence") },
    drivers: new Map(sources.map(({ system, connected }) => [system.id, connected])),
    again: {
      recollect: (...asked) => again.recollect(...asked),
      rebuild: () => again.rebuild(),
      check: (scope) => again.check(scope),
      resubmit: (...asked) => again.resubmit(...asked),
    },
    accept: async (events, source) => void (await ingest.acceptEvents(events, source)),
    enqueue: (...task) =>
      tasks ? tasks.enqueue(...task) : Promise.reject(new Error("The task queue is not open yet.")),
    handles: (task) => TASKS.some(({ name }) => name === task),
    touch: (topic) => stream.touch(topic),
    dismiss: (actor) => doors?.dismiss(actor),
  };
  await forgetCutShort(ctx);
  const gathering = createGathering({ accept: ctx.accept, cursors: storedCursors(postgres) });
  const collecting = createCollecting(sources, {
    ...{ clock, log, metrics, accept: gathering.accept, cursors: gathering.cursors },
    changed: () => ["collectors", "close"].forEach((topic) => ctx.touch(topic as "close")),
  });
  const checkpoints = createCheckpoints(ctx);
  onStop(() => checkpoints.stop());
  const again = createAgain({ ctx, ingest, sources, checkpoints });
  const memo = new Map();
  const collectorRows = () => Object.values(collecting.rows());
  const incidents = watchIncidents({ ctx, collectors: collectorRows, memo });
  onStop(incidents.stop);
  const { maxEventBytes, webhooks } = options;
  const rooms: Rooms = {
    ...{ ctx, people, ingest, collecting, checkpoints, sandbox, dashboards },
    ...{ incidents, memo, maxEventBytes, webhooks },
  };
  const stream = createStream(topicsOf(rooms), { log, metrics });
  onStop(() => stream.stop());
  onStop(followNews(rooms));
  tasks = await say.step("Task queue", () => startTasks(ctx, TASKS));
  onStop(() => tasks?.stop());
  await recoverRequests(ctx);
  onStop(watchAlerts(ctx));
  await nextCheckpoint(ctx);
  await nextRetention(ctx);
  const ui = join(root, "dist/ui");
  doors = openDoors(rooms, { door, stream, ui: existsSync(ui) ? ui : null });
  onStop(doors.close);
  if (sandbox) {
    await playIn(sandbox, { collecting, gathering, estate, systems: sources.map(({ system }) => system.id), say });
    onStop(pushPlayed(sandbox, ctx));
  }
  await beginWatch(ctx);
  await say.step("Reconciliations", checkpoints.start);
  incidents.start();
  collecting.start();
  onStop(() => collecting.stop());
  for (const line of await greeting(rooms, { url: door.url, console: existsSync(ui), environment })) say.line(line);
  return door.url;
}

/** Opens the doors over HTTP and the live socket behind one port; answers how to shut them, and one person's live ones. */
function openDoors(rooms: Rooms, { door, stream, ui }: { door: Door; stream: Stream; ui: string | null }) {
  const { ctx, people, maxEventBytes } = rooms;
  door.open(createApp({ log: ctx.log, routes: routesOf(rooms), ui, maxEventBytes }));
  const actorOf = (headers: Headers) => people.identify(headers);
  const socket = openSocket(door.http, { stream, metrics: ctx.metrics, actorOf });
  // No request may meet an engine that is closed, so the door is shut before anything behind it.
  return { close: () => Promise.all([door.close(), socket.close()]), dismiss: socket.dismiss };
}
