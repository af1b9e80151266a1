import { lackingServers } from "../store/clickhouse/cluster.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { pendingClickHouse } from "../store/migrate-clickhouse.ts";
import { pendingPostgres } from "../store/migrate-postgres.ts";
import { SPREAD_TABLES } from "../store/shards.ts";
import { defineInspection, fine, unseen, wrong, type Finding } from "./inspection.ts";
import type { Opened } from "./installation.ts";

export interface EngineReading {
  engine: string;
  /** The variable with its address; null where it runs in process. */
  variable: string | null;
  state: { failed: string } | { unseen: string } | { pending: readonly string[] };
}

/** Whether an engine answers and its tables are of this version. */
export function judgeEngine({ engine, variable, state }: EngineReading): Finding[] {
  if ("unseen" in state)
    return [
      unseen(`${engine} in process was not opened. ${state.unseen}`, "Stop Tieout to look into it, or ask /readyz."),
    ];
  if ("failed" in state) {
    const mend = variable
      ? `Check ${variable}, its credentials and that the server runs and is reached from here.`
      : "If a newer version wrote it, start that one. Otherwise restore the data folder from a backup: npm run restore.";
    return [wrong(`${engine} cannot be used: ${state.failed}`, mend)];
  }
  const { pending } = state;
  if (pending.length === 0) return [fine(`${engine} answers, its tables are of this version.`)];
  return [
    wrong(
      `${engine} lacks ${pending.length} migrations, from ${pending[0]} on.`,
      "Make a backup, then start Tieout once: it brings the tables up to this version.",
    ),
  ];
}

async function readingOf<E>(
  { engine, variable, opened }: { engine: string; variable: string | null; opened: Opened<E> },
  pending: (engine: E) => Promise<string[]>,
): Promise<EngineReading> {
  if (!("opened" in opened)) return { engine, variable, state: opened };
  try {
    return { engine, variable, state: { pending: await pending(opened.opened) } };
  } catch (error) {
    return { engine, variable, state: { failed: (error as Error).message } };
  }
}

/** Servers of a cluster with several shards, and how many tables each lacks. */
export function judgeShards(lacking: readonly { server: string; lacking: number }[]): Finding[] {
  if (lacking.length === 0) return [fine("Every server of the cluster has all tables.")];
  return lacking.map(({ server, lacking: tables }) =>
    wrong(
      `${server} lacks ${tables} tables of the cluster.`,
      "A server that joined later is given them before it is named in the cluster: docs/operations.md, “Adding a shard”.",
    ),
  );
}

async function lookAtShards({ cluster, ask }: ClickHouse): Promise<Finding[]> {
  if (!cluster?.spread) return [];
  const databases = [cluster.spread.front, cluster.spread.behind];
  try {
    return judgeShards(await ask(lackingServers, { cluster: cluster.name, databases, tables: SPREAD_TABLES }));
  } catch (error) {
    return [
      wrong(`A shard does not answer: ${(error as Error).message}`, "Check that every server of the cluster runs."),
    ];
  }
}

export const clickhouseInspection = defineInspection({
  name: "clickhouse",
  title: "ClickHouse",
  async look({ clickhouse: opened, options }) {
    const variable = options.clickhouseUrl ? "CLICKHOUSE_URL" : null;
    const found = judgeEngine(await readingOf({ engine: "ClickHouse", variable, opened }, pendingClickHouse));
    return "opened" in opened ? [...found, ...(await lookAtShards(opened.opened))] : found;
  },
});

export const postgresInspection = defineInspection({
  name: "postgres",
  title: "PostgreSQL",
  async look({ postgres: opened, options }) {
    const variable = options.databaseUrl ? "DATABASE_URL" : null;
    return judgeEngine(await readingOf({ engine: "PostgreSQL", variable, opened }, pendingPostgres));
  },
});
