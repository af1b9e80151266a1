import { join } from "node:path";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { rebuildDerived } from "../../server/ingest/rebuild-derived.ts";
import { recoverJournal } from "../../server/ingest/recover-journal.ts";
import { DERIVED_TABLES } from "../../server/store/clickhouse/derived-tables.ts";
import { openClickHouse } from "../../server/store/clickhouse.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { select } from "../clickhouse.ts";
import { LOAD } from "./load.ts";

/** What the engines hold once every process has stopped. */
export interface Examined {
  /** Runs of the load, and how many events and rows of `runs` each has, where that is not one of each. */
  stored: string[];
  odd: { runId: string; events: number; runs: number }[];
  /** Derived tables that a rebuild made otherwise, with a few rows of each side. */
  unlike: { table: string; before: string[]; after: string[] }[];
  events: number;
  audit: { intact: boolean; entries: number; reason: string };
  requests: { id: string; state: string; outcome: string | null }[];
  steps: StepLeft[];
  letters: { id: string; state: string; receiver: string; carrier: string | null; attempts: number }[];
  /** What identifies a letter, where two have the same. */
  twins: number;
}

export interface StepLeft {
  request: string;
  system: string | null;
  job: string | null;
  kind: string;
  state: string;
  fault: string | null;
  asked: boolean;
  adopted: boolean;
  runKey: string | null;
}

export interface Place {
  data: string;
  DATABASE_URL?: string;
  CLICKHOUSE_URL?: string;
}

const SHOWN = 3;

async function examine(place: Place): Promise<Examined> {
  const clickhouse = await openClickHouse(
    place.CLICKHOUSE_URL ? { url: place.CLICKHOUSE_URL } : { directory: join(place.data, "clickhouse") },
  );
  const postgres = await openPostgres(
    place.DATABASE_URL ? { url: place.DATABASE_URL } : { directory: join(place.data, "postgres") },
  );
  if (!place.CLICKHOUSE_URL) await recoverJournal(clickhouse, join(place.data, "journal"));
  const ask = async <T>(sql: string) => (await postgres.run(sql, [])) as T[];
  const verdict = await verifyAudit(postgres);
  const loads = await select(
    clickhouse,
    `SELECT e.run_id AS runId, e.events AS events, r.runs AS runs
      FROM (SELECT run_id, toUInt32(count()) AS events FROM events FINAL WHERE job_namespace = '${LOAD}' GROUP BY run_id) AS e
      LEFT JOIN (SELECT run_id, toUInt32(count()) AS runs FROM runs FINAL GROUP BY run_id) AS r ON r.run_id = e.run_id`,
  );
  const all = loads as unknown as Examined["odd"];
  const [{ n = 0 } = {}] = (await select(clickhouse, "SELECT toUInt32(count()) AS n FROM events FINAL")) as {
    n?: number;
  }[];
  const [{ twins } = { twins: 0 }] = await ask<{ twins: number }>(
    `SELECT count(*)::int AS twins FROM (SELECT 1 FROM alerts GROUP BY incident_id, opening, occasion, step, role, receiver,
      recipient HAVING count(*) > 1) AS t`,
  );
  const examined: Examined = {
    stored: all.map(({ runId }) => runId),
    odd: all.filter(({ events, runs }) => events !== 1 || runs !== 1),
    unlike: await unlikeRebuilt(clickhouse),
    events: n,
    audit: { intact: verdict.intact, entries: verdict.entries, reason: verdict.intact ? "" : verdict.reason },
    requests: await ask("SELECT id, state, outcome FROM requests ORDER BY id"),
    steps: await ask(`SELECT request_id AS request, system, job, kind, state, fault, asked, adopted,
      vendor_run_key AS "runKey" FROM request_steps ORDER BY request_id, ordinal`),
    letters: await ask("SELECT id, state, receiver, carrier, attempts FROM alerts ORDER BY id"),
    twins,
  };
  await clickhouse.close();
  await postgres.close();
  return examined;
}

/** Derives everything anew beside a copy of what was derived, and compares row by row. */
async function unlikeRebuilt(clickhouse: Awaited<ReturnType<typeof openClickHouse>>): Promise<Examined["unlike"]> {
  for (const table of DERIVED_TABLES) {
    await clickhouse.command(
      `CREATE TABLE faults_${table} ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM ${table} FINAL`,
    );
  }
  await rebuildDerived(clickhouse, () => {});
  const unlike: Examined["unlike"] = [];
  for (const table of DERIVED_TABLES) {
    const rows = async (from: string, except: string) =>
      (await select(clickhouse, `SELECT * FROM ${from} EXCEPT SELECT * FROM ${except}`)).map((row) =>
        JSON.stringify(row),
      );
    const before = await rows(`faults_${table}`, `${table} FINAL`);
    const after = await rows(`${table} FINAL`, `faults_${table}`);
    if (before.length + after.length > 0)
      unlike.push({ table, before: before.slice(0, SHOWN), after: after.slice(0, SHOWN) });
    await clickhouse.command(`DROP TABLE faults_${table} SYNC`);
  }
  return unlike;
}

// A process of its own: the embedded engines serve one at a time, and let go of it at its end only.
const told = JSON.stringify(await examine(JSON.parse(process.argv[2] ?? "{}") as Place));
// What a pipe has not taken yet is lost with the process.
process.stdout.write(told, () => process.exit(0));
