import { rm } from "node:fs/promises";
import { startServer } from "../server-process.ts";
import { atMost, defineBench } from "./bench.ts";
import { slowestTwentieth } from "./close-board.ts";
import { createCorpus } from "./corpus.ts";
import { writeBenchEstate } from "./estate.ts";
import { postBatches } from "./load.ts";

const SIZE = { entities: 200, milestones: 30 };
const EVENTS = 200_000;
const FULL = 10_000_000;
/** Events made and posted at a time, to keep the load's own memory small. */
const CHUNK = 20_000;

export const closeScale = defineBench({
  name: "close-scale",
  title:
    `the board of ${SIZE.entities} entities × ${SIZE.milestones} milestones after ${EVENTS.toLocaleString("en")} events, ` +
    `with --full after ${FULL.toLocaleString("en")}; the slowest twentieth`,
  unit: "ms",
  goal: atMost(100),
  reference: "the same server's /healthz",
  also: {
    entity: {
      title: "an entity's page of the same close; the slowest twentieth",
      unit: "ms",
      goal: atMost(100),
      reference: "the same server's /healthz",
    },
  },
  async run({ full, say }) {
    const estate = await writeBenchEstate(SIZE);
    const corpus = createCorpus(estate);
    const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
    const events = full ? FULL : EVENTS;
    try {
      for (let at = 0; at < events; at += CHUNK) {
        const rate = await postBatches(server, corpus, { from: at, events: CHUNK, size: 500, connections: 4 });
        if ((at + CHUNK) % (events / 5) === 0)
          say(`${(at + CHUNK).toLocaleString("en")} events in, ${Math.round(rate)} a second`);
      }
      const bare = await slowestTwentieth(server, "/healthz");
      const board = await slowestTwentieth(server, `/api/v1/close/${estate.period}`);
      const page = await slowestTwentieth(server, `/api/v1/close/${estate.period}/entities/${estate.entities[0]}`);
      return { value: board, reference: bare, also: { entity: { value: page, reference: bare } } };
    } finally {
      await server.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});
