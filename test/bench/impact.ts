import type { LineageImpact } from "../../schemas/wire/lineage.ts";
import { atMost, defineBench } from "./bench.ts";
import { slowestTwentieth } from "./close-board.ts";
import { DEPENDANTS, SIZE, startOverLineage } from "./lineage-graph.ts";

const QUESTION = `/api/v1/lineage/impact?node=${encodeURIComponent("dataset:erp://bench:SOURCE")}`;

export const impact = defineBench({
  name: "impact",
  title:
    `the impact of a source with ${DEPENDANTS.toLocaleString("en")} dependants among ` +
    `${SIZE.steps.toLocaleString("en")} steps; the slowest twentieth`,
  unit: "ms",
  goal: atMost(200),
  reference: "the same server's /healthz",
  async run() {
    const { server, stop } = await startOverLineage();
    try {
      const answer = (await (await server.ask(QUESTION)).json()) as LineageImpact;
      const { dependants, completeness } = answer;
      if (dependants.length !== DEPENDANTS || !completeness.complete) {
        throw new Error(`${dependants.length} dependants were answered, not ${DEPENDANTS}.`);
      }
      return { value: await slowestTwentieth(server, QUESTION), reference: await slowestTwentieth(server, "/healthz") };
    } finally {
      await stop();
    }
  },
});
