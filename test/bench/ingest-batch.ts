import { rm } from "node:fs/promises";
import { startServer } from "../server-process.ts";
import { defineBench, ratioAtLeast } from "./bench.ts";
import { createCorpus } from "./corpus.ts";
import { writeBenchEstate, type BenchEstate } from "./estate.ts";
import { postBatches } from "./load.ts";
import { printedBy } from "./printed-by.ts";

/** Events a request, requests at a time, and events in all. */
export const SIZE = 100;
export const CONNECTIONS = 32;
export const EVENTS = 60_000;
const WARM_UP = 4_000;

export const ingestBatch = defineBench({
  name: "ingest-batch",
  title: `batches of ${SIZE} events over HTTP, each acknowledged as durable and then in every table`,
  unit: "events/s",
  goal: ratioAtLeast(0.7),
  reference:
    "the same prepared rows inserted straight into the engine, all views on, by a process that does nothing else",
  async run({ say }) {
    const estate = await writeBenchEstate();
    try {
      const value = await overHttp(estate);
      say(`${Math.round(value)} events a second over HTTP`);
      return { value, reference: await straight(estate) };
    } finally {
      await rm(estate.directory, { recursive: true });
    }
  },
});

async function overHttp(estate: BenchEstate): Promise<number> {
  const corpus = createCorpus(estate);
  const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
  const load = { size: SIZE, connections: CONNECTIONS };
  try {
    await postBatches(server, corpus, { ...load, from: EVENTS, events: WARM_UP });
    return await postBatches(server, corpus, { ...load, from: 0, events: EVENTS });
  } finally {
    await server.stop();
  }
}

/** Events a second of the engine alone. */
async function straight(estate: BenchEstate): Promise<number> {
  return Number(await printedBy("insert-alone.ts", JSON.stringify(estate)));
}
