import { rm } from "node:fs/promises";
import { defineBench, ratioAtLeast } from "./bench.ts";
import { createCorpus } from "./corpus.ts";
import { writeBenchEstate } from "./estate.ts";
import { postBatches } from "./load.ts";
import { openServed } from "./served.ts";

const SIZE = 100;
const CONNECTIONS = 16;
const WARM_UP = 1_000;
const EVENTS = 8_000;

export const twoServers = defineBench({
  name: "two-servers",
  title: `batches of ${SIZE} events over two processes on one PostgreSQL and one ClickHouse, each knowing what the other accepted`,
  unit: "events/s",
  goal: ratioAtLeast(0.85),
  reference: "one process over the same",
  async run({ say }) {
    const estate = await writeBenchEstate();
    const corpus = createCorpus(estate);
    const served = await openServed(estate);
    const load = { size: SIZE, connections: CONNECTIONS };
    try {
      const one = await served.start();
      await postBatches(one, corpus, { ...load, from: 0, events: WARM_UP });
      const reference = await postBatches(one, corpus, { ...load, from: WARM_UP, events: EVENTS });
      say(`${Math.round(reference)} events a second over one`);
      const other = await served.start();
      const from = WARM_UP + EVENTS;
      await postBatches(other, corpus, { ...load, from, events: WARM_UP });
      const half = { size: SIZE, connections: CONNECTIONS / 2, events: EVENTS / 2 };
      const begun = performance.now();
      await Promise.all(
        [one, other].map((server, at) =>
          postBatches(server, corpus, { ...half, from: from + WARM_UP + at * half.events }),
        ),
      );
      return { value: EVENTS / ((performance.now() - begun) / 1000), reference };
    } finally {
      await served.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});
