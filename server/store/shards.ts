/** The servers that hold the tables together. */
export interface Cluster {
  /** As `system.clusters` names it. */
  name: string;
  /** Where the tables are, on a cluster of more than one shard; null where every server holds everything. */
  spread: Spread | null;
}

/** Two databases on every server: rows are kept in the one, and asked for and told through the other. */
export interface Spread {
  /** Tables of the plain names, which keep nothing and stand for all shards. */
  front: string;
  /** Tables of the same names that keep one shard's rows, and the views that fill them. */
  behind: string;
}

/** Where a statement that changes kept rows is run, for whoever writes it. */
export interface Kept {
  /** Stands after the name of the table. */
  on: string;
  /** Names a table with the rows of every shard. */
  whole(table: string): string;
}

export const KEPT_HERE: Kept = { on: "", whole: (table) => table };

export function keptOn({ name, spread }: Cluster): Kept {
  return spread ? { on: onCluster(name), whole: (table) => `${quoted(spread.front)}.${table}` } : KEPT_HERE;
}

export const spreadOf = (front: string): Spread => ({ front, behind: `${front}_shard` });

export const onCluster = (name: string) => `ON CLUSTER ${text(name)}`;

/** Settings under which tables over all shards are asked and written to. */
export const ACROSS = {
  // What an IN or a JOIN asks is asked of every shard too, once, and sent along with the question.
  distributed_product_mode: "global",
  // Answered when the shards have the rows, not when they are to get them.
  distributed_foreground_insert: 1,
  // A shard's replicas are taken in the order of the cluster's configuration, so that who wrote reads what was written.
  load_balancing: "in_order",
  // From one such table into another rows stay on the shard they are on.
  parallel_distributed_insert_select: "2",
} as const;

const JOB = "cityHash64(job_namespace, job_name)";

/**
 * What places a row that is inserted. Nothing rests on where a row lies: readers fold what several shards answer as they
 * fold what merges have not yet, so that a shard may be added and repetitions may lie apart. Rows that a view writes lie
 * with the row they were made of; the keys of those tables place what a move copies.
 */
const SHARDING_KEYS: Readonly<Record<string, string>> = {
  // On the first shard, as a whole: in part it would have migrations run again.
  migrations: "0",
  // All events of a run are of one job: its fold, its repetitions and the job's lineage stay together.
  incoming: JOB,
  events: JOB,
  runs: JOB,
  run_io: JOB,
  run_names: JOB,
  // A report of figures is one event's.
  incoming_figures: "cityHash64(event_id)",
  control_totals: "cityHash64(event_id)",
  watermarks: "cityHash64(namespace, name)",
  correlations: JOB,
  lineage_steps: "cityHash64(origin, destination)",
  lineage_steps_arrived: "cityHash64(origin, destination)",
  lineage_columns: "cityHash64(via)",
  lineage_columns_arrived: "cityHash64(via)",
  // Equal keys of two loads have one bucket, so that each shard compares its part of both.
  lines: "bucket",
  line_buckets: "bucket",
  line_flaws: "cityHash64(load)",
  line_extracts: "cityHash64(load)",
  check_results: "cityHash64(rule, entity, period)",
  period_statuses: "cityHash64(entity, period)",
  quarantine: "cityHash64(id)",
  quarantine_resolutions: "cityHash64(id)",
};

export const SPREAD_TABLES = Object.keys(SHARDING_KEYS);

/** What makes the table that stands for all shards' tables of a name, as those are now; in place of an older one. */
export function frontStatement(cluster: string, { front, behind }: Spread, table: string): string {
  return `CREATE OR REPLACE TABLE ${quoted(front)}.${table} ${onCluster(cluster)} AS ${quoted(behind)}.${table}
    ENGINE = Distributed(${text(cluster)}, ${text(behind)}, ${text(table)}, ${SHARDING_KEYS[table]})`;
}

export function behindStatement(cluster: string, { behind }: Spread): string {
  return `CREATE DATABASE IF NOT EXISTS ${quoted(behind)} ${onCluster(cluster)}`;
}

const text = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const quoted = (name: string) => `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
