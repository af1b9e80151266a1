import { rm } from "node:fs/promises";
import { startServer, type ServerProcess } from "../server-process.ts";
import { atMost, defineBench, quantile, ratioAtMost } from "./bench.ts";
import { createCorpus } from "./corpus.ts";
import { writeBenchEstate } from "./estate.ts";
import { postBatches } from "./load.ts";

const FEW = 100_000;
const MANY = 500_000;
const FULL = 10_000_000;
const ASKED = 300;
/** Events made and posted at a time, to keep the load's own memory small. */
const CHUNK = 20_000;

export const closeBoard = defineBench({
  name: "close-board",
  title: `the close board of 40 entities × 12 milestones after ${FEW.toLocaleString("en")} events; the slowest twentieth`,
  unit: "ms",
  goal: atMost(100),
  reference: "the same server's /healthz",
  also: {
    grown: {
      title: `the same board after ${MANY.toLocaleString("en")} events, with --full after ${FULL.toLocaleString("en")}`,
      unit: "ms",
      goal: ratioAtMost(1.3),
      reference: "its time before",
    },
  },
  async run({ full, say }) {
    const estate = await writeBenchEstate();
    const corpus = createCorpus(estate);
    const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
    const fill = async (from: number, to: number) => {
      for (let at = from; at < to; at += CHUNK) {
        const rate = await postBatches(server, corpus, { from: at, events: CHUNK, size: 500, connections: 4 });
        if ((at + CHUNK) % (to / 5) === 0)
          say(`${(at + CHUNK).toLocaleString("en")} events in, ${Math.round(rate)} a second`);
      }
    };
    try {
      await fill(0, FEW);
      const bare = await slowestTwentieth(server, "/healthz");
      const before = await slowestTwentieth(server, `/api/v1/close/${estate.period}`);
      await fill(FEW, full ? FULL : MANY);
      const after = await slowestTwentieth(server, `/api/v1/close/${estate.period}`);
      return { value: before, reference: bare, also: { grown: { value: after, reference: before } } };
    } finally {
      await server.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});

/** The slowest twentieth of answers to one question, in milliseconds, once it has been asked a few times. */
export async function slowestTwentieth(server: ServerProcess, path: string): Promise<number> {
  const delays: number[] = [];
  for (let asked = -20; asked < ASKED; asked += 1) {
    const begun = performance.now();
    const answer = await server.ask(path);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}.`);
    if (asked >= 0) delays.push(performance.now() - begun);
  }
  return quantile(delays, 0.95);
}
