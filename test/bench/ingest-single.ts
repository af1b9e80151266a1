import autocannon, { type Result } from "autocannon";
import { rm } from "node:fs/promises";
import { startServer } from "../server-process.ts";
import { startBare } from "./bare.ts";
import { atLeast, atMost, defineBench } from "./bench.ts";
import { createCorpus, type Corpus } from "./corpus.ts";
import { writeBenchEstate } from "./estate.ts";
import { untilStored } from "./load.ts";

const CONNECTIONS = 64;
const WARM_UP = 3;
const SECONDS = 15;

export const ingestSingle = defineBench({
  name: "ingest-single",
  title: `one event a request over ${CONNECTIONS} connections, each acknowledged as durable and then in every table`,
  unit: "events/s",
  goal: atLeast(4_000),
  reference: "a bare server that reads the same requests and keeps nothing",
  also: {
    p99: {
      title: "the slowest hundredth of those acknowledgements",
      unit: "ms",
      goal: atMost(100),
      reference: "the bare server's",
    },
  },
  async run({ say }) {
    const estate = await writeBenchEstate();
    const corpus = createCorpus(estate);
    const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
    const bare = await startBare();
    try {
      await shoot(`${server.url}/api/v1/lineage`, server.key, corpus, 0, WARM_UP);
      await untilStored(server);
      const begun = performance.now();
      const real = await shoot(`${server.url}/api/v1/lineage`, server.key, corpus, 1_000_000, SECONDS);
      await untilStored(server);
      const seconds = (performance.now() - begun) / 1000;
      say(`the tables had them ${Math.round((seconds - real.duration) * 1000)} ms after the last answer`);
      say(`${real.requests.total} events acknowledged, ${real.non2xx} refused`);
      if (real.errors > 0 || real.non2xx > real.requests.total / 100) {
        throw new Error(`${real.non2xx} answers were no success, ${real.errors} requests failed.`);
      }
      const ideal = await shoot(bare.url, server.key, corpus, 2_000_000, SECONDS);
      return {
        value: real["2xx"] / seconds,
        reference: ideal["2xx"] / ideal.duration,
        also: { p99: { value: real.latency.p99, reference: Math.max(1, ideal.latency.p99) } },
      };
    } finally {
      await bare.stop();
      await server.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});

function shoot(url: string, key: string, corpus: Corpus, from: number, seconds: number): Promise<Result> {
  let index = from;
  return autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    requests: [{ setupRequest: (request) => ({ ...request, body: corpus.text(index++) }) }],
  });
}
