import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer, type ServerProcess } from "../server-process.ts";
import { atMost, defineBench, quantile, ratioAtLeast } from "./bench.ts";
import { createCorpus, type Corpus } from "./corpus.ts";
import { writeBenchEstate } from "./estate.ts";
import { postBatches, untilStored } from "./load.ts";

const SIZE = 100;
const CONNECTIONS = 32;
const WARM_UP = 4_000;
/** Events by which the capacity is measured, and how long twice as many are sent, in seconds. */
const EVENTS = 12_000;
const SECONDS = 15;
const TIMES = 2;
/** The first event sent when it is over. */
const AFTERWARDS = 10_000_000;
/** Milliseconds between two looks at the board. */
const LOOK = 200;
const LOOKS_ALONE = 30;

export const overload = defineBench({
  name: "overload",
  title: `batches of ${SIZE} events sent at ${TIMES} × capacity for ${SECONDS} s, whoever is refused not waited for: events accepted and in every table`,
  unit: "events/s",
  goal: ratioAtLeast(0.9),
  reference:
    "its capacity: the same over as many connections as keep it busy, each waiting for its answer, the board looked at as often",
  also: {
    board: {
      title: "the close board asked meanwhile, slowest twentieth",
      unit: "ms",
      goal: atMost(500),
      reference: "the same with nothing sent",
    },
    memory: {
      title: "resident memory meanwhile, at its most",
      unit: "MB",
      goal: atMost(2_000),
      reference: "after the capacity was measured",
    },
  },
  async run({ say }) {
    const estate = await writeBenchEstate();
    const corpus = createCorpus(estate);
    const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
    const board = `/api/v1/close/${estate.period}`;
    try {
      const load = { size: SIZE, connections: CONNECTIONS };
      await postBatches(server, corpus, { ...load, from: 0, events: WARM_UP });
      const alone: number[] = [];
      for (let looks = 0; looks < LOOKS_ALONE; looks += 1) alone.push(await timed(server, board));
      const busy = async (from: number) => {
        const looking = watching(server, board);
        const rate = await postBatches(server, corpus, { ...load, from, events: EVENTS }).finally(looking.end);
        say(`capacity ${Math.round(rate)} events a second`);
        return rate;
      };
      const before = await busy(WARM_UP);
      const restMemory = await residentMegabytes(server);
      const watch = watching(server, board);
      const { accepted, refused, rate } = await sendAt(server, corpus, before * TIMES).finally(watch.end);
      const { looks, most } = await watch.end();
      say(
        `${accepted} batches accepted, ${refused} refused with when to come again, ${looks.length} looks at the board`,
      );
      // It goes on by itself, and the more it knows the less it takes in: what it took before and takes after is its capacity.
      const after = await busy(AFTERWARDS);
      return {
        ...{ value: rate, reference: (before + after) / 2 },
        also: {
          board: { value: quantile(looks, 0.95), reference: quantile(alone, 0.95) },
          memory: { value: most, reference: restMemory },
        },
      };
    } finally {
      await server.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});

/** Sends at a pace whatever is answered, and takes a refused batch again later, as senders do. */
async function sendAt(server: ServerProcess, corpus: Corpus, eventsPerSecond: number) {
  const again: string[] = [];
  const underWay = new Set<Promise<void>>();
  let next = WARM_UP + EVENTS;
  let [accepted, refused] = [0, 0];
  const send = async (body: string) => {
    const headers = { "content-type": "application/json" };
    const answer = await server.ask("/api/v1/lineage/batch", { method: "POST", headers, body });
    await answer.arrayBuffer();
    if (answer.status === 204) return void (accepted += 1);
    if (answer.status !== 503 || !answer.headers.get("retry-after"))
      throw new Error(`A batch was answered ${answer.status}, or not told when to come again.`);
    refused += 1;
    again.push(body);
  };
  const begun = performance.now();
  for (let sent = 0; ; sent += 1) {
    const due = begun + (sent * SIZE * 1000) / eventsPerSecond;
    if (due > begun + SECONDS * 1000) break;
    await sleep(Math.max(0, due - performance.now()));
    const body = again.shift() ?? corpus.batch(next, SIZE);
    next += SIZE;
    const sending = send(body).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }
  await Promise.all(underWay);
  await untilStored(server);
  return { accepted, refused, rate: (accepted * SIZE) / ((performance.now() - begun) / 1000) };
}

/** Looks at the board and at the process's memory over and over. */
function watching(server: ServerProcess, board: string) {
  const looks: number[] = [];
  let most = 0;
  let ended = false;
  const work = (async () => {
    while (!ended) {
      looks.push(await timed(server, board));
      most = Math.max(most, await residentMegabytes(server));
      await sleep(LOOK);
    }
  })();
  // Told when it is ended, not before.
  work.catch(() => {});
  return {
    async end() {
      ended = true;
      await work;
      return { looks, most };
    },
  };
}

async function timed(server: ServerProcess, path: string): Promise<number> {
  const begun = performance.now();
  const answer = await server.ask(path);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}.`);
  return performance.now() - begun;
}

async function residentMegabytes({ url }: ServerProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
}
