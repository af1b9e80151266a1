import type { ServerProcess } from "../server-process.ts";
import type { Corpus } from "./corpus.ts";

export interface BatchLoad {
  /** Index of the first event, so that a later load sends new ones. */
  from: number;
  events: number;
  /** Events a request. */
  size: number;
  /** Requests under way at a time. */
  connections: number;
}

/**
 * Posts events in batches and answers how many a second were acknowledged as durable and brought into every table: the
 * clock runs until a question that waits for all of them is answered. A 503 is waited out as it asks,
 * as a well-behaved sender does; anything else that is no success fails the run.
 */
export async function postBatches(server: ServerProcess, corpus: Corpus, load: BatchLoad): Promise<number> {
  const last = load.from + load.events;
  // Made before the clock starts, so that making events is not measured as taking them in.
  const bodies: string[] = [];
  for (let from = load.from; from < last; from += load.size)
    bodies.push(corpus.batch(from, Math.min(load.size, last - from)));
  const begun = performance.now();
  const worker = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) await post(server, body);
  };
  await Promise.all(Array.from({ length: load.connections }, worker));
  await untilStored(server);
  return load.events / ((performance.now() - begun) / 1000);
}

async function post(server: ServerProcess, body: string): Promise<void> {
  for (;;) {
    const answer = await server.ask("/api/v1/lineage/batch", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const text = await answer.text();
    if (answer.status === 201 || answer.status === 204) return;
    if (answer.status !== 503) throw new Error(`A batch was answered ${answer.status}: ${text.slice(0, 500)}`);
    const seconds = Number(answer.headers.get("retry-after") ?? 1);
    await new Promise((done) => setTimeout(done, seconds * 1000));
  }
}

/** Returns once everything acknowledged before is in the tables: what is asked of them waits for that, if there is such a run or not. */
export async function untilStored(server: ServerProcess): Promise<void> {
  const answer = await server.ask("/api/v1/runs/none");
  await answer.arrayBuffer();
  if (answer.status !== 404) throw new Error(`A question to the tables was answered ${answer.status}.`);
}
