import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

/** How many shards a cluster has; none where the server knows no such cluster. */
export const clusterShards = defineQuestion({
  engine: "clickhouse",
  name: "cluster.shards",
  params: z.object({ cluster: z.string() }),
  row: z.object({ shards: CountColumn }),
  sql: "SELECT uniqExact(shard_num) AS shards FROM system.clusters WHERE cluster = {cluster:String}",
});

export const currentDatabase = defineQuestion({
  engine: "clickhouse",
  name: "cluster.database",
  params: z.object({}),
  row: z.object({ name: z.string() }),
  sql: "SELECT currentDatabase() AS name",
});

/** Tables that keep rows in the database asked through, where tables over all shards should stand. */
export const keptInFront = defineQuestion({
  engine: "clickhouse",
  name: "cluster.kept-in-front",
  params: z.object({ tables: z.array(z.string()) }),
  row: z.object({ name: z.string() }),
  sql: `SELECT name FROM system.tables
    WHERE database = currentDatabase() AND name IN {tables:Array(String)} AND engine != 'Distributed' ORDER BY name`,
});

/** Tables whose front is missing or has other columns than the table behind it. */
export const staleFronts = defineQuestion({
  engine: "clickhouse",
  name: "cluster.stale-fronts",
  params: z.object({ tables: z.array(z.string()), front: z.string(), behind: z.string() }),
  row: z.object({ name: z.string() }),
  sql: `SELECT table AS name FROM (
      SELECT table, database, groupArray((name, type)) AS shape
      FROM (SELECT * FROM system.columns WHERE table IN {tables:Array(String)} ORDER BY database, table, position)
      WHERE database IN ({front:String}, {behind:String})
      GROUP BY table, database
    )
    GROUP BY table HAVING count() = 1 AND any(database) = {behind:String} OR uniqExact(shape) > 1
    ORDER BY table`,
});

/** Servers of a cluster that lack some of the tables, and how many. */
export const lackingServers = defineQuestion({
  engine: "clickhouse",
  name: "cluster.lacking-servers",
  params: z.object({
    cluster: z.string(),
    databases: z.array(z.string()),
    tables: z.array(z.string()),
  }),
  row: z.object({ server: z.string(), lacking: CountColumn }),
  sql: `SELECT server, length({databases:Array(String)}) * length({tables:Array(String)}) - tables AS lacking
    FROM (
      SELECT hostName() AS server, tcpPort() AS port,
        countIf(database IN {databases:Array(String)} AND name IN {tables:Array(String)}) AS tables
      FROM clusterAllReplicas({cluster:String}, system.tables) GROUP BY server, port
    )
    WHERE lacking > 0 ORDER BY server`,
});
