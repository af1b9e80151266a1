import { writeFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { startServer, type ServerProcess } from "../server-process.ts";
import { atMost, defineBench, quantile } from "./bench.ts";
import { HOPS, writeBenchEstate, type BenchEstate } from "./estate.ts";

/** Exceptions of one root cause within a second, and how many such bursts. */
const BURST = 1_000;
const BATCH = 100;
const BURSTS = 12;
const REST = 2_500;
const LOST_AFTER = 20_000;
/** What a gateway may say; each is a root cause of its own. */
const SAID = `amber birch cedar delta ember fjord grove haven inlet jetty knoll larch`
  .split(" ")
  .map((word) => `The gateway ${word} does not accept the certificate of the sender`);

export const alertLatency = defineBench({
  name: "alert-latency",
  title: `from the first of ${BURST} exceptions a second of one root cause to its message in the receiver's hands; the slowest of ${BURSTS} bursts`,
  unit: "s",
  goal: atMost(1),
  reference: "the message alone, posted to the same receiver",
  async run({ say }) {
    const estate = await writeBenchEstate();
    const receiver = await startReceiver();
    await writeFile(join(estate.directory, "routes.yaml"), stringify(ROUTES));
    const env = { ...estate.env, DESK_URL: receiver.url, DESK_SECRET: `whsec_${"A".repeat(32)}` };
    const server = await startServer({ sandbox: false, estate: estate.directory, env });
    try {
      // The first look at a new tower costs more than any after it.
      await burst(server, estate, "A first cause that nobody measures here", 0);
      await receiver.next();
      await sleep(REST);
      const delays: number[] = [];
      for (const [at, said] of SAID.entries()) {
        receiver.forget();
        const began = performance.now();
        await burst(server, estate, said, at + 1);
        const told = await receiver.next();
        delays.push((told - began) / 1000);
        await sleep(REST);
        if (receiver.count() !== 1) throw new Error(`One root cause was told ${receiver.count()} times.`);
      }
      say(`p50 ${quantile(delays, 0.5).toFixed(2)} s; one incident and one message each`);
      return { value: quantile(delays, 0.99), reference: (await receiver.alone()) / 1000 };
    } finally {
      await server.stop();
      await receiver.stop();
      await rm(estate.directory, { recursive: true });
    }
  },
});

const ROUTES = {
  receivers: [
    {
      ...{ id: "desk", title: "Desk", kind: "webhook", inside: true, perMinute: 1_000 },
      connection: { url: "DESK_URL", secret: "DESK_SECRET" },
    },
  ],
  routes: [{ id: "engineers", role: "engineer", owners: ["engineer"], receivers: ["desk"] }],
};

/** Runs of every entity into one hop fail again and again, all of them for what the gateway says. */
async function burst(server: ServerProcess, estate: BenchEstate, said: string, round: number): Promise<void> {
  const from = Date.now() - 7_200_000 + round * 10_000;
  for (let sent = 0; sent < BURST; sent += BATCH) {
    const began = performance.now();
    const events = Array.from({ length: BATCH }, (_, at) => failure(estate, said, from, sent + at));
    const answer = await server.ask("/api/v1/lineage/batch", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(events),
    });
    if (answer.status !== 204) throw new Error(`The burst was answered ${answer.status}: ${await answer.text()}`);
    await sleep(Math.max(0, (1000 * BATCH) / BURST - (performance.now() - began)));
  }
}

function failure(estate: BenchEstate, said: string, from: number, index: number) {
  const entity = estate.entities[index % estate.entities.length]!;
  const hop = HOPS[1];
  const namespace = estate.namespaces[hop.system];
  const positions = [{ entity, ledger: "0L", period: estate.period, version: "actual" }];
  const facet = { _producer: "https://example.com/bench", _schemaURL: "https://example.com/bench" };
  return {
    eventType: "FAIL",
    eventTime: new Date(from + index).toISOString(),
    producer: "https://example.com/bench",
    run: {
      runId: crypto.randomUUID(),
      facets: { errorMessage: { ...facet, message: said, programmingLanguage: "none" } },
    },
    job: { namespace, name: `${hop.name} ${entity}` },
    outputs: [{ namespace, name: hop.name, facets: { tieout_position: { ...facet, positions } } }],
  };
}

async function startReceiver() {
  let arrivals: number[] = [];
  let heard: (() => void) | null = null;
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      // What follows a change is an event of its own and no second alert.
      if (text.includes('"incident.told"')) arrivals.push(performance.now());
      response.writeHead(204).end();
      heard?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    count: () => arrivals.length,
    forget: () => void (arrivals = []),
    async next(): Promise<number> {
      const until = performance.now() + LOST_AFTER;
      while (arrivals.length === 0) {
        if (performance.now() > until) throw new Error("No message reached the receiver.");
        await Promise.race([new Promise<void>((done) => (heard = done)), sleep(100)]);
      }
      return arrivals[0]!;
    },
    async alone(): Promise<number> {
      const began = performance.now();
      await fetch(url, { method: "POST", body: JSON.stringify({ type: "incident.told" }) });
      return performance.now() - began;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
