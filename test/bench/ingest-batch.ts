import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { startServer } from "../server-process.ts";
import { defineBench, ratioAtLeast } from "./bench.ts";
import { createCorpus } from "./corpus.ts";
import { writeBenchEstate, type BenchEstate } from "./estate.ts";
import { postBatches } from "./load.ts";

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

/** Runs `insert-alone.ts`; it is told the estate and answers events a second. */
async function straight(estate: BenchEstate): Promise<number> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, "insert-alone.ts"), JSON.stringify(estate)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  const rate = Number(output);
  if (!(rate > 0)) throw new Error(`Inserting straight into the engine failed: ${output}`);
  return rate;
}
