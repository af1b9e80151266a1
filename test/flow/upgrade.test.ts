import { mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import canonicalize from "canonicalize";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { record, TIEOUT } from "../../server/audit/record.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { backedUpBefore } from "../../server/backup/before-upgrade.ts";
import { readManifest } from "../../server/backup/manifest.ts";
import { restoreBackup } from "../../server/backup/restore-backup.ts";
import { rebuildDerived } from "../../server/ingest/rebuild-derived.ts";
import type { Say } from "../../server/say.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { migratePostgres, pendingPostgres } from "../../server/store/migrate-postgres.ts";
import { openStores } from "../../server/store/open-stores.ts";
import { openPostgres, type Postgres } from "../../server/store/postgres.ts";
import { startClickHouseDoor } from "../clickhouse-door.ts";
import { select } from "../clickhouse.ts";
import { applyToClickHouse, applyToPostgres, migrationNames } from "../older-schema.ts";
import { copyEngines } from "../prepared-data.ts";
import { startServer } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";
import { runEvent } from "./ingest/tower.ts";

const QUIET: Say = { line: () => {}, bar: () => {}, step: async (_title, act) => act() };
const { make, remove } = folders();
afterAll(remove);

const AT = "2026-11-04T10:00:00.000Z";
const PLACE = "'DE01', '2026-10', 'signed'";

/** Rows as versions from a migration on wrote them, and what must be answered of them by any later one. */
const ROWS: { since: string; until?: string; write: string; ask: string; answer: unknown }[] = [
  {
    since: "001-people",
    write: `INSERT INTO people (id, name, email, email_verified) VALUES ('p1', 'Ada', 'ada@example.com', true);
      INSERT INTO duties (person_id, role, entities) VALUES ('p1', 'accountant', '{DE01}');
      INSERT INTO api_keys (id, name, hint, sha256, scopes, created_by, created_at)
        VALUES ('k1', 'airflow', 'tie_', 'abc', '{ingest:write}', 'p1', '${AT}')`,
    ask: "SELECT p.email, d.role, d.entities, k.scopes FROM people p JOIN duties d ON d.person_id = p.id, api_keys k",
    answer: [{ email: "ada@example.com", role: "accountant", entities: ["DE01"], scopes: ["ingest:write"] }],
  },
  {
    since: "003-collection",
    write: `INSERT INTO cursors (system, cursor) VALUES ('s4', '{"from": 7}')`,
    ask: "SELECT cursor FROM cursors",
    answer: [{ cursor: { from: 7 } }],
  },
  {
    since: "004-requests",
    until: "060-request-plans",
    write: `INSERT INTO requests (id, act, flow, entity, period, dataset, reason, state, requested_by, requested_by_name,
        requested_at, changed_at, idempotency_key, run_id) VALUES
      ('r1', 'sync', 'load', 'DE01', '2026-10', 'actuals', 'Again', 'running', 'p1', 'Ada', '${AT}', '${AT}', 'a', 'run1'),
      ('r2', 'sync', 'load', 'DE01', '2026-09', 'actuals', 'Again', 'completed', 'p1', 'Ada', '${AT}', '${AT}', 'b', 'run2')`,
    ask: `SELECT r.id, r.state, r.entities, s.step, s.state AS step_state, s.run_id FROM requests r
      JOIN request_steps s ON s.request_id = r.id ORDER BY r.id`,
    answer: [
      { id: "r1", state: "running", entities: ["DE01"], step: "s1", step_state: "running", run_id: "run1" },
      { id: "r2", state: "completed", entities: ["DE01"], step: "s1", step_state: "done", run_id: "run2" },
    ],
  },
  {
    since: "013-signoffs",
    write: `INSERT INTO signoffs (id, entity, period, milestone, title, close, round, state, digest, content, waivers, changed_at)
        VALUES ('so1', ${PLACE}, 'Signed', 'hard', 1, 'prepared', 'd', '{}', '{}', '${AT}');
      INSERT INTO signatures (signoff_id, step, signer, person_id, person_name, role, statement, at)
        VALUES ('so1', 'prepare', 'ada@example.com', 'p1', 'Ada', 'accountant', 'It is right', '${AT}')`,
    ask: "SELECT s.state, g.statement FROM signoffs s JOIN signatures g ON g.signoff_id = s.id",
    answer: [{ state: "prepared", statement: "It is right" }],
  },
  {
    since: "014-waivers",
    write: `INSERT INTO waivers (id, waives, entity, period, milestone, reason, granter, granted_by, granted_by_name,
        granted_at, expires_at, state)
      VALUES ('w1', 'gate', ${PLACE}, 'Known', 'g', 'p1', 'Ada', '${AT}', '2027-01-01', 'in-force')`,
    ask: "SELECT waives, reason, state FROM waivers",
    answer: [{ waives: "gate", reason: "Known", state: "in-force" }],
  },
  {
    since: "041-legal-holds",
    write: `INSERT INTO legal_holds (id, title, reason, period, placed_by, placed_at)
      VALUES ('h1', 'Audit', 'Asked for', '2026-10', 'p1', '${AT}')`,
    ask: "SELECT title, period, released_at FROM legal_holds",
    answer: [{ title: "Audit", period: "2026-10", released_at: null }],
  },
];

const LOGGED = 5;

/** The log as the version wrote it: chained by hashes once, a tree since. */
async function writeLog(postgres: Postgres, version: readonly string[]): Promise<void> {
  if (!version.includes("002-audit")) return;
  for (let n = 1; n <= LOGGED; n++) {
    const entry = { at: new Date(AT), actor: TIEOUT, action: "key.create", subject: `key:${n}`, detail: {} };
    if (version.includes("040-audit-tree")) await postgres.transaction((tx) => record(tx, entry));
    else {
      const body = canonicalize({ ...entry, at: AT, sequence: n });
      await postgres.run("INSERT INTO audit_entries (sequence, body, previous_hash, hash) VALUES ($1, $2, $3, $4)", [
        ...[n, body, `h${n - 1}`, `h${n}`],
      ]);
    }
  }
}

const rowsOf = (version: readonly string[]) =>
  ROWS.filter(({ since, until }) => version.includes(since) && !(until && version.includes(until)));

describe("PostgreSQL", () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await openPostgres({ directory: join(make("postgres"), "postgres") });
  }, 120_000);
  afterAll(() => postgres?.close());

  const names = migrationNames("postgres");
  test.for(names.slice(0, -1).map((name, at) => ({ name, version: names.slice(0, at + 1) })))(
    "live data of the schema ending with $name is upgraded",
    { timeout: 120_000 },
    async ({ version }) => {
      await postgres.command("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      await applyToPostgres(postgres, version);
      for (const { write } of rowsOf(version)) await postgres.command(write);
      await writeLog(postgres, version);
      expect(await migratePostgres(postgres)).toEqual(names.slice(version.length));
      for (const { ask, answer } of rowsOf(version)) expect(await postgres.run(ask, []), ask).toEqual(answer);
      const entries = version.includes("002-audit") ? LOGGED : 0;
      expect(await verifyAudit(postgres)).toMatchObject({ intact: true, entries });
      expect(await migratePostgres(postgres)).toEqual([]);
    },
  );
});

describe("ClickHouse", () => {
  let clickhouse: ClickHouse;
  beforeAll(async () => {
    clickhouse = await openClickHouse({ directory: join(make("clickhouse"), "clickhouse") });
  }, 120_000);
  afterAll(() => clickhouse?.close());

  const names = migrationNames("clickhouse");
  const stored = ["START", "COMPLETE"].map((eventType, n) => {
    const raw = JSON.stringify(runEvent({ eventType, eventTime: `2026-11-04T10:0${n}:00Z`, run: { runId: "run1" } }));
    const { job } = JSON.parse(raw) as { job: { namespace: string; name: string } };
    return JSON.stringify({
      ...{ event_id: String(n).repeat(64), received_at: AT, door: "lineage", source: "test", kind: "run" },
      ...{ event_time: `2026-11-04T10:0${n}:00.000Z`, event_type: eventType, producer: "p", run_id: "run1" },
      ...{ job_namespace: job.namespace, job_name: job.name, warnings: [], envelope: "", raw },
    });
  });
  test.for(names.slice(0, -1).map((name, at) => ({ name, version: names.slice(0, at + 1) })))(
    "live data of the schema ending with $name is upgraded, and everything derived again",
    { timeout: 120_000 },
    async ({ version }) => {
      for (const { name } of await select(clickhouse, "SHOW TABLES")) {
        await clickhouse.command(`DROP TABLE IF EXISTS \`${String(name)}\` SYNC`);
      }
      await applyToClickHouse(clickhouse, version);
      await clickhouse.insertLines("events", stored.join("\n"));
      expect(await migrateClickHouse(clickhouse)).toEqual(names.slice(version.length));
      expect(await rebuildDerived(clickhouse, () => {})).toEqual({ events: 2, unread: [] });
      const runs = await select(clickhouse, "SELECT run_id, state.value AS state FROM runs FINAL");
      expect(runs).toEqual([{ run_id: "run1", state: "COMPLETE" }]);
    },
  );
});

/** A data folder whose PostgreSQL is one migration behind. */
async function olderFolder(): Promise<{ data: string; older: readonly string[]; copies(): string[] }> {
  const data = join(make("data"), "data");
  const older = migrationNames("postgres").slice(0, -1);
  mkdirSync(data);
  const before = await openPostgres({ directory: join(data, "postgres") });
  await applyToPostgres(before, older);
  for (const { write } of rowsOf(older)) await before.command(write);
  await before.close();
  const isCopy = (name: string) => name.startsWith(`${basename(data)}.before-`);
  return { data, older, copies: () => readdirSync(dirname(data)).filter(isCopy) };
}

test("a start over older data backs it up first, and the backup is the way back", { timeout: 480_000 }, async () => {
  const { data, older, copies } = await olderFolder();
  await copyEngines(data, ["clickhouse"]);
  const estate = writeTinyEstate(make("estate"));
  const server = await startServer({ sandbox: false, estate, data });
  const ready = await server.ask("/readyz");
  await server.stop();
  expect(ready.status).toBe(200);
  expect(server.output()).toMatch(/Backed up to .* before upgrading/);
  const [copy = ""] = copies();
  const restored = join(make("restored"), "data");
  await restoreBackup({ from: join(dirname(data), copy), to: restored, verify: true }, QUIET);
  const back = await openPostgres({ directory: join(restored, "postgres") });
  expect(await pendingPostgres(back)).toEqual(migrationNames("postgres").slice(-1));
  for (const { ask, answer } of rowsOf(older)) expect(await back.run(ask, [])).toEqual(answer);
  await back.close();
});

test("where one engine is served, the other is backed up first all the same", { timeout: 240_000 }, async () => {
  const { data, older, copies } = await olderFolder();
  const door = await startClickHouseDoor();
  const options = { data, backup: true, clickhouseUrl: door.url, clickhouseCluster: null, databaseUrl: null };
  const { clickhouse, postgres } = await openStores(options, QUIET, backedUpBefore(options, QUIET));
  expect(await pendingPostgres(postgres)).toEqual([]);
  await Promise.all([clickhouse.close(), postgres.close()]);
  await door.stop();
  const [copy = ""] = copies();
  const { contents } = readManifest(join(dirname(data), copy));
  expect(contents).toMatchObject({ clickhouse: null, postgres: { "public.people": 1 }, audit: { flaw: null } });
  const restored = join(make("restored"), "data");
  await restoreBackup({ from: join(dirname(data), copy), to: restored, verify: true }, QUIET);
  const back = await openPostgres({ directory: join(restored, "postgres") });
  for (const { ask, answer } of rowsOf(older)) expect(await back.run(ask, [])).toEqual(answer);
  await back.close();
});
