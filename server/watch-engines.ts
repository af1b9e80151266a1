import { statfs } from "node:fs/promises";
import type { Metrics } from "./metrics.ts";
import type { ClickHouse } from "./store/clickhouse.ts";
import { taskBacklog } from "./store/postgres/task-backlog.ts";
import type { Postgres } from "./store/postgres.ts";

export interface WatchedEngines {
  clickhouse: Pick<ClickHouse, "ping">;
  postgres: Pick<Postgres, "ping" | "ask">;
  metrics: Metrics;
  dataDirectory: string;
}

const EVERY = 15_000;

/** Keeps the figures of what Tieout stands on for `/metrics`: engines, queue, disk. Answers how to stop. */
export function watchEngines(watched: WatchedEngines): () => void {
  const look = () => void lookAtEngines(watched);
  look();
  const timer = setInterval(look, EVERY);
  timer.unref();
  return () => clearInterval(timer);
}

async function lookAtEngines({ clickhouse, postgres, metrics, dataDirectory }: WatchedEngines): Promise<void> {
  metrics.engineAnswers.set({ engine: "clickhouse" }, (await clickhouse.ping()) ? 1 : 0);
  const answers = await postgres.ping();
  metrics.engineAnswers.set({ engine: "postgres" }, answers ? 1 : 0);
  // An engine that goes away between the two questions is seen by the next look.
  const [backlog] = answers ? await postgres.ask(taskBacklog, {}).catch(() => []) : [];
  if (backlog) metrics.tasksOldestSeconds.set(backlog.oldestSeconds);
  const disk = await statfs(dataDirectory).catch(() => null);
  if (disk) metrics.diskFreeBytes.set(disk.bavail * disk.bsize);
}
