import { existsSync } from "node:fs";
import { join } from "node:path";
import { createAgain } from "./again.ts";
import { createApp } from "./app.ts";
import { createCheckpoints } from "./breaks/checkpoints.ts";
import { createCollecting } from "./collect/collect.ts";
import { createGathering } from "./collect/play-history.ts";
import { storedCursors } from "./collect/stored-cursors.ts";
import { loadDashboards } from "./dashboards/load-dashboards.ts";
import { followNews } from "./follow-news.ts";
import { greeting } from "./greeting.ts";
import { MEMORY } from "./ingest/open-ingest.ts";
import { forgetCutShort } from "./lines/forget-cut-short.ts";
import { watchIncidents } from "./incidents/watch-incidents.ts";
import { handInPlayed } from "./hand-in-played.ts";
import type { Door } from "./listen.ts";
import { openContext, type OpenedLater } from "./open-context.ts";
import { openFoundations, type Foundations, type Start } from "./open-foundations.ts";
import { playIn } from "./play-in.ts";
import { hearNews, type HearDeps } from "./processes/hear-news.ts";
import { releaseHeld } from "./notify/release-held.ts";
import { openProcesses, type Processes } from "./processes/open-processes.ts";
import { pushPlayed } from "./push-played.ts";
import { createFollowing } from "./requests/follow-runs.ts";
import { recoverRequests } from "./requests/recover-requests.ts";
import { beginWatch } from "./requests/watch-requests.ts";
import { routesOf } from "./routes/index.ts";
import type { Rooms } from "./rooms.ts";
import { seeCollectors, shareWork, tellOthers } from "./share-work.ts";
import { openSocket } from "./stream/socket.ts";
import { createStream, type Stream } from "./stream/stream.ts";
import { topicsOf } from "./stream/topics-of.ts";
import { nextCheckpoint } from "./tasks/audit-checkpoint.ts";
import { nextRetention } from "./tasks/evidence-retention.ts";
import { openTasks } from "./tasks/boss.ts";
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
  const { estate, log, door, metrics, sandbox, clock, sources, clickhouse, postgres, ingest, people } = founded;

  onStop(watchEngines({ clickhouse, postgres, metrics, dataDirectory: options.data }));

  const processes = await openProcesses({
    ...{ postgres, log, metrics, several: Boolean(options.databaseUrl && options.clickhouseUrl && !sandbox) },
    // What it accepted and did not live to tell is in the tables.
    vanished: () => void rereadFacts(founded),
  });

  const later: OpenedLater = {};
  const ctx = openContext(founded, options, processes, later);
  // What looks cut short may be under way in another process.
  if (processes.first) {
    await forgetCutShort(ctx);
    await releaseHeld(ctx);
  }
  const gathering = createGathering({ accept: ctx.accept, cursors: storedCursors(postgres) });
  const own = createCollecting(sources, {
    ...{ clock, log, metrics, accept: gathering.accept, cursors: gathering.cursors },
    acceptTexts: async (texts, source) => void (await ingest.acceptTexts(texts, { door: "collector", source })),
    changed: () => ["collectors", "close"].forEach((topic) => ctx.touch(topic as "close")),
  });
  const { collecting, stop: stopSeeing } = seeCollectors({ ctx, own, processes });
  onStop(stopSeeing);
  const checkpoints = createCheckpoints(ctx, () => processes.leases.held("judge"));
  onStop(() => checkpoints.stop());
  later.again = createAgain({ ctx, ingest, sources, checkpoints });
  const memo = new Map();
  const collectorRows = () => Object.values(collecting.rows());
  const incidents = watchIncidents({ ctx, collectors: collectorRows, memo });
  onStop(incidents.stop);
  const { maxEventBytes, webhooks } = options;
  const rooms: Rooms = {
    ...{ ctx, people, ingest, collecting, checkpoints, sandbox, dashboards },
    ...{ incidents, memo, maxEventBytes, webhooks },
  };
  const stream = (later.stream = createStream(topicsOf(rooms), { log, metrics }));
  onStop(() => stream.stop());
  onStop(followNews(rooms));
  tellOthers(rooms, processes);
  const works = options.roles.includes("work");
  const tasks = (later.tasks = await say.step("Task queue", () => openTasks(ctx, TASKS)));
  onStop(() => tasks.stop());
  if (works) await tasks.work();
  if (works) await recoverRequests(ctx);
  await nextCheckpoint(ctx);
  await nextRetention(ctx);

  const ui = join(root, "dist/ui");
  const doors = (later.doors = openDoors(rooms, { door, stream, ui: existsSync(ui) ? ui : null }));
  onStop(doors.close);
  if (sandbox) {
    await playIn(sandbox, { collecting, gathering, estate, systems: sources.map(({ system }) => system.id), say });
    onStop(pushPlayed(sandbox, ctx));
    onStop(handInPlayed(sandbox, ctx).stop);
  }
  await beginWatch(ctx);
  await say.step("Reconciliations", checkpoints.start);
  onStop(await hearOthers(founded, { rooms, processes, stream, dismissHere: doors.dismiss, hurryHere: own.hurry }));
  onStop(await shareWork({ rooms, processes, own, roles: options.roles }));
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

interface Heard extends Pick<HearDeps, "dismissHere" | "hurryHere"> {
  rooms: Rooms;
  processes: Processes;
  stream: Stream;
}

/** Begins to hear what other processes accept; answers how to stop. */
async function hearOthers(founded: Foundations, { processes: { news }, stream, ...hearing }: Heard) {
  const hear = hearNews({
    ...{ ...hearing, facts: founded.facts, follow: createFollowing(hearing.rooms.ctx) },
    touchHere: (topic) => stream.touch(topic),
    reread: () => rereadFacts(founded),
  });
  await news?.start(hear);
  return () => news?.stop();
}

async function rereadFacts({ facts, clickhouse, clock, log }: Foundations): Promise<void> {
  await facts
    .load(clickhouse, new Date(clock.now().getTime() - MEMORY))
    .catch((error: unknown) => log.error({ err: error }, "facts could not be read again"));
}
