import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import type { Change } from "../../schemas/topic.ts";
import { askRequest } from "../../server/requests/ask-request.ts";
import { requestTopic } from "../../server/requests/request-detail.ts";
import { createMetrics } from "../../server/metrics.ts";
import { migratePostgres } from "../../server/store/migrate-postgres.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { createStream } from "../../server/stream/stream.ts";
import type { Topic } from "../../server/stream/topic.ts";
import { ENGINEER, ledgerVendor, openRequestTower, priorRuns, sceneEstate } from "../request-scene.ts";
import { atMost, defineBench, quantile } from "./bench.ts";

const STEPS = 200;
const RUN = 400;

export const progress = defineBench({
  name: "progress",
  title: `from a run's end to its step on the live topic of a request of ${STEPS} steps; the slowest hundredth`,
  unit: "ms",
  goal: atMost(300),
  reference: "the milliseconds in which runs gather before they are compared with steps",
  async run({ say }) {
    const directory = await mkdtemp(join(tmpdir(), "tieout-bench-"));
    const postgres = await openPostgres({ directory: join(directory, "postgres") });
    await migratePostgres(postgres);
    const estate = sceneEstate(STEPS / 2, { perMinute: 2_400, concurrency: 32 });
    const endedAt = new Map<string, number>();
    const delays: number[] = [];
    const vendor = ledgerVendor({
      ...{ callMilliseconds: 5, runMilliseconds: RUN },
      changed(run) {
        if (run.state === "COMPLETED") endedAt.set(run.runId, performance.now());
        tower.hear(run);
      },
    });
    const touched: { stream?: ReturnType<typeof createStream> } = {};
    const touch = (topic: string) => topic === "request" && touched.stream?.touch("request");
    const tower = await openRequestTower(postgres, estate, vendor, { touch });
    try {
      const prior = priorRuns(estate);
      for (const run of prior) tower.hear(run);
      const body = { act: "replay" as const, runs: prior.map(({ runId }) => runId), reason: "bench" };
      const { request } = await askRequest(tower.ctx, ENGINEER, body, { idempotencyKey: null });
      const watched: Topic<"request"> = {
        ...{ name: "request", scope: "request:read", params: ["id"], ticks: false },
        rows: ({ id }) => requestTopic(tower.ctx, { entities: "all" }, id ?? ""),
      };
      const stream = createStream([watched as never], { log: pino({ level: "silent" }), metrics: createMetrics() });
      touched.stream = stream;
      const see = (rows: Record<string, { kind: string; state: string; runId?: string | null }>) => {
        for (const { kind, state, runId } of Object.values(rows)) {
          const ended = kind === "step" && state === "done" && runId ? endedAt.get(runId) : undefined;
          if (ended === undefined || !runId) continue;
          delays.push(performance.now() - ended);
          endedAt.delete(runId);
        }
      };
      const subscriber = { actor: ENGINEER, send: ({ set }: Change) => see(set as never) };
      await stream.subscribe(`request/${request.id}`, subscriber);
      while (delays.length < STEPS) await new Promise((wait) => setTimeout(wait, 20));
      stream.stop();
      say(`p50 ${quantile(delays, 0.5).toFixed(0)} ms over ${delays.length} steps`);
      return { value: quantile(delays, 0.99), reference: 50 };
    } finally {
      await tower.stop();
      await postgres.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
});
