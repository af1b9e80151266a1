import { rm } from "node:fs/promises";
import { startServer, type ServerProcess } from "../server-process.ts";
import { atMost, defineBench, quantile, ratioAtMost } from "./bench.ts";
import { createCorpus, type Corpus } from "./corpus.ts";
import { writeBenchEstate } from "./estate.ts";
import { postBatches } from "./load.ts";

const FEW = 100_000;
const MANY = 500_000;
const FULL = 10_000_000;
const ASKED = 120;
const CHUNK = 20_000;

/** What one event costs the board: only what it touches is judged again, however much lies behind. */
export const recompute = defineBench({
  name: "recompute",
  title: `the close board asked for right after one event, after ${FEW.toLocaleString("en")} events; the median`,
  unit: "ms",
  goal: atMost(100),
  reference: "the same board asked for again, nothing having happened",
  also: {
    grown: {
      title: `the same after ${MANY.toLocaleString("en")} events, with --full after ${FULL.toLocaleString("en")}`,
      unit: "ms",
      goal: ratioAtMost(1.3),
      reference: "its time before",
    },
  },
  async run({ full, say }) {
    const estate = await writeBenchEstate();
    const corpus = createCorpus(estate);
    const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
    const path = `/api/v1/close/${estate.period}`;
    let sent = 0;
    const fill = async (to: number) => {
      for (; sent < to; sent += CHUNK)
        await postBatches(server, corpus, { from: sent, events: CHUNK, size: 500, connections: 4 });
      say(`${sent.toLocaleString("en")} events in`);
    };
    const afterEach = async () => {
      const delays: number[] = [];
      for (let asked = 0; asked < ASKED; asked += 1) delays.push(await afterOne(server, corpus, path, sent++));
      return quantile(delays, 0.5);
    };
    try {
      await fill(FEW);
      const before = await afterEach();
      const still: number[] = [];
      for (let asked = 0; asked < ASKED; asked += 1) still.push(await timed(server, path));
      await fill(full ? FULL : MANY);
      const after = await afterEach();
      const also = { grown: { value: after, reference: before } };
      return { value: before, reference: quantile(still, 0.5), also };
    } finally {
      await server.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});

async function afterOne(server: ServerProcess, corpus: Corpus, path: string, from: number): Promise<number> {
  await postBatches(server, corpus, { from, events: 1, size: 1, connections: 1 });
  return timed(server, path);
}

async function timed(server: ServerProcess, path: string): Promise<number> {
  const begun = performance.now();
  const answer = await server.ask(path);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}.`);
  return performance.now() - begun;
}
