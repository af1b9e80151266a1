import { readFile } from "node:fs/promises";
import type { LineageGraph } from "../../schemas/wire/lineage.ts";
import { atMost, defineBench, quantile } from "./bench.ts";
import { slowestTwentieth } from "./close-board.ts";
import { questionOf, SIZE, startOverLineage } from "./lineage-graph.ts";

const ASKED = 200;
/** Five datasets away: each with the job between is two steps. */
const HOPS = 10;

export const lineage = defineBench({
  name: "lineage",
  title:
    `five hops up or down at any date among ${SIZE.steps.toLocaleString("en")} steps of ` +
    `${SIZE.datasets.toLocaleString("en")} datasets; the slowest twentieth`,
  unit: "ms",
  goal: atMost(50),
  reference: "the same server's /healthz",
  also: {
    memory: {
      title: "resident memory of the server with the graph in it",
      unit: "MB",
      goal: atMost(1_200),
      reference: "steps in thousands",
    },
  },
  async run({ say }) {
    const { server, stop } = await startOverLineage();
    try {
      say(`${(server.readyAfter / 1000).toFixed(1)} s until ready, with everything read`);
      const delays: number[] = [];
      let nodes = 0;
      for (let count = -20; count < ASKED; count += 1) {
        const { focus, at } = questionOf(Math.abs(count));
        const way = count % 2 === 0 ? `upstream=${HOPS}&downstream=0` : `upstream=0&downstream=${HOPS}`;
        const times = `effectiveAt=${at}&knownAt=${at}`;
        const begun = performance.now();
        const answer = await server.ask(`/api/v1/lineage/graph?focus=${encodeURIComponent(focus)}&${way}&${times}`);
        const body = await answer.text();
        if (count < 0) continue;
        // A node nothing was known of yet is answered 404, and counts: that it is unknown is the answer.
        if (!answer.ok && answer.status !== 404) throw new Error(`${focus} was answered ${answer.status}: ${body}`);
        if (answer.ok) nodes += (JSON.parse(body) as LineageGraph).nodes.length;
        delays.push(performance.now() - begun);
      }
      if (nodes < ASKED * 20) throw new Error(`The answers hold ${nodes} nodes; that is no graph to measure.`);
      say(`${Math.round(nodes / ASKED)} nodes an answer`);
      const health = await slowestTwentieth(server, "/healthz");
      return {
        value: quantile(delays, 0.95),
        reference: health,
        also: { memory: { value: await resident(server.pid), reference: SIZE.steps / 1000 } },
      };
    } finally {
      await stop();
    }
  },
});

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
