import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type { Change, ServerToClient, ClientToServer, Snapshot } from "../../schemas/topic.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { startBare } from "./bare.ts";
import { atMost, defineBench, quantile } from "./bench.ts";
import { createCorpus, type Corpus } from "./corpus.ts";
import { ENTITIES, HOPS, writeBenchEstate, type BenchEstate } from "./estate.ts";

/** Events a second beside the ones timed, and how many a request. */
const RATE = 1_000;
const BATCH = 50;
const MARKS = ENTITIES * HOPS.length;
/** Milliseconds between two timed events. */
const PACE = 60;
const LOST_AFTER = 10_000;

export const liveLatency = defineBench({
  name: "live-latency",
  title: `from sending an event to its change on a connected console, at ${RATE} events a second; the slowest hundredth`,
  unit: "ms",
  goal: atMost(250),
  reference: "a bare server that passes each event on to a connected client, unloaded",
  async run({ say }) {
    const estate = await writeBenchEstate();
    const corpus = createCorpus(estate);
    const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
    const bare = await startBare();
    try {
      const delays = await underLoad(server, corpus, () => timeMarks(server, estate));
      say(`p50 ${quantile(delays, 0.5).toFixed(0)} ms over ${delays.length} events`);
      return { value: quantile(delays, 0.99), reference: quantile(await timeBare(bare.url), 0.99) };
    } finally {
      await bare.stop();
      await server.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});

async function underLoad<T>(server: ServerProcess, corpus: Corpus, act: () => Promise<T>): Promise<T> {
  let from = 0;
  const post = async () => {
    const body = corpus.batch(from, BATCH);
    from += BATCH;
    const answer = await server.ask("/api/v1/lineage/batch", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    if (answer.status !== 204) throw new Error(`The load was answered ${answer.status}: ${await answer.text()}`);
  };
  const posts = new Set<Promise<void>>();
  let broken: unknown;
  const ticking = setInterval(
    () => {
      const sent = post()
        .catch((error: unknown) => (broken = error))
        .finally(() => posts.delete(sent)) as Promise<void>;
      posts.add(sent);
    },
    (1000 * BATCH) / RATE,
  );
  try {
    const result = await act();
    if (broken) throw broken;
    return result;
  } finally {
    clearInterval(ticking);
    await Promise.allSettled(posts);
  }
}

/** Sends runs one by one and waits until each shows in its strip on the live board. */
async function timeMarks(server: ServerProcess, estate: BenchEstate): Promise<number[]> {
  const socket: Socket<ServerToClient, ClientToServer> = io(server.url, {
    transports: ["websocket"],
    extraHeaders: { authorization: `Bearer ${server.key}` },
  });
  const marks = createMarks();
  socket.on("change", (change: Change) => {
    for (const row of Object.values(change.set)) {
      for (const hop of (row as { hops?: { runId: string | null }[] }).hops ?? []) marks.seen(hop.runId);
    }
  });
  try {
    const answer = (await socket.timeout(LOST_AFTER).emitWithAck("subscribe", `flows/${estate.period}`)) as
      | Snapshot
      | { refused: string };
    if ("refused" in answer) throw new Error(`The live board was refused: ${answer.refused}`);
    await sleep(2_000);
    return await marks.send((runId, index) =>
      server.ask("/api/v1/lineage", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(markOf(estate, runId, index)),
      }),
    );
  } finally {
    socket.disconnect();
  }
}

async function timeBare(url: string): Promise<number[]> {
  const socket: Socket = io(url, { transports: ["websocket"] });
  const marks = createMarks();
  socket.on("change", (runId: string) => marks.seen(runId));
  try {
    await new Promise<void>((done) => socket.on("connect", done));
    return await marks.send((runId) => fetch(url, { method: "POST", body: JSON.stringify({ run: { runId } }) }));
  } finally {
    socket.disconnect();
  }
}

function createMarks() {
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  return {
    seen(runId: string | null) {
      const sent = runId === null ? undefined : sentAt.get(runId);
      if (sent === undefined || runId === null) return;
      delays.push(performance.now() - sent);
      sentAt.delete(runId);
    },
    /** Sends all marks at their pace; answers the delays in milliseconds once every one was seen. */
    async send(send: (runId: string, index: number) => Promise<Response>): Promise<number[]> {
      const answers: Promise<Response>[] = [];
      for (let index = 0; index < MARKS; index += 1) {
        const runId = crypto.randomUUID();
        sentAt.set(runId, performance.now());
        answers.push(send(runId, index));
        await sleep(PACE);
      }
      for (const answer of await Promise.all(answers)) {
        if (answer.status !== 201)
          throw new Error(`A timed event was answered ${answer.status}: ${await answer.text()}`);
      }
      for (let waited = 0; sentAt.size > 0 && waited < LOST_AFTER; waited += 50) await sleep(50);
      if (sentAt.size > 0) throw new Error(`${sentAt.size} of ${MARKS} events never reached the live board.`);
      return delays;
    },
  };
}

/** The start of a new run into one hop of one entity, happening now. */
function markOf(estate: BenchEstate, runId: string, index: number) {
  const entity = estate.entities[index % estate.entities.length] ?? "";
  const hop = HOPS[Math.floor(index / estate.entities.length) % HOPS.length] ?? HOPS[0];
  const namespace = estate.namespaces[hop.system];
  const positions = [{ entity, ledger: "0L", period: estate.period, version: "actual" }];
  return {
    eventType: "START",
    eventTime: new Date().toISOString(),
    producer: "https://example.com/bench",
    run: { runId },
    job: { namespace, name: `${hop.name} ${entity}` },
    outputs: [{ namespace, name: hop.name, facets: { tieout_position: { positions } } }],
  };
}
