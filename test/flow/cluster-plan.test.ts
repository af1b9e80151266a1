import { XMLParser, XMLValidator } from "fast-xml-parser";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { clickhouseStatements, migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { defineQuestion } from "../../server/store/question.ts";
import { behindStatement, frontStatement, spreadOf, SPREAD_TABLES } from "../../server/store/shards.ts";
import { select } from "../clickhouse.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CLUSTER = "tie'out";
const formatted = defineQuestion({
  engine: "clickhouse",
  name: "test.formatted",
  params: z.object({ sql: z.string() }),
  row: z.object({ text: z.string() }),
  sql: "SELECT formatQuerySingleLine({sql:String}) AS text",
});

describe("what a cluster is sent", { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), "tieout-cluster-"));
  let clickhouse: ClickHouse;
  let plan: string[];
  /** A statement as the engine's own parser writes it; it throws where that cannot read it. */
  const parsed = async (sql: string) => (await clickhouse.ask(formatted, { sql }))[0]!.text;

  beforeAll(async () => {
    clickhouse = await openClickHouse({ directory });
    plan = await Promise.all(clickhouseStatements(CLUSTER).map(parsed));
  }, 120_000);
  afterAll(async () => {
    await clickhouse.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("is read by the engine, and goes to every node", () => {
    expect(plan.length).toBeGreaterThan(30);
    for (const statement of plan) expect(statement).toMatch(/ ON CLUSTER `?tie\\?'out`? ?/);
    expect(plan.join("\n")).not.toMatch(/\{cluster\}|\{replicated\}/);
  });

  test("keeps every table on every replica, sorted, and fills it from a view with a table of its own", () => {
    const engines = new Map<string, string>();
    for (const statement of plan) {
      const [, table = ""] = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement) ?? [];
      const [, copied = ""] = / AS (\w+)$/.exec(statement) ?? [];
      const [, engine = ""] = / ENGINE = `?(\w+)/.exec(statement) ?? [];
      if (table) engines.set(table, engine || (engines.get(copied) ?? ""));
      if (table && engine !== "Null" && engine) expect(statement, table).toMatch(/ ORDER BY /);
      if (statement.startsWith("CREATE MATERIALIZED VIEW")) expect(statement).toMatch(/ TO \w+/);
    }
    expect(engines.size).toBeGreaterThan(15);
    for (const [table, engine] of engines) {
      expect(engine, table).toMatch(table.startsWith("incoming") ? /^Null$/ : /^Replicated\w*MergeTree$/);
    }
  });

  test("makes the same tables as one server has", async () => {
    await migrateClickHouse(clickhouse);
    const made = (await select(clickhouse, "SELECT name FROM system.tables WHERE database = currentDatabase()"))
      .map(({ name }) => String(name))
      .toSorted();
    const names = new Set<string>();
    for (const statement of plan) {
      const [, does, name = ""] =
        /^(CREATE|DROP) (?:TABLE|MATERIALIZED VIEW) IF (?:NOT )?EXISTS (\w+)/.exec(statement) ?? [];
      if (does === "CREATE") names.add(name);
      if (does === "DROP") names.delete(name);
    }
    expect([...names].toSorted()).toEqual(made);
  });

  test("with several shards, one more stands in front of every table, on every node", async () => {
    const spread = spreadOf("tie`out");
    expect(await parsed(behindStatement(CLUSTER, spread))).toMatch(
      /^CREATE DATABASE IF NOT EXISTS .*_shard. ON CLUSTER/,
    );
    const tables = await select(
      clickhouse,
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine != 'MaterializedView'",
    );
    expect(SPREAD_TABLES.toSorted()).toEqual(tables.map(({ name }) => String(name)).toSorted());
    for (const table of SPREAD_TABLES) {
      const statement = await parsed(frontStatement(CLUSTER, spread, table));
      expect(statement).toMatch(/^CREATE OR REPLACE TABLE .* ON CLUSTER .* AS .*_shard.\.\w+ ENGINE = Distributed\(/);
    }
  });

  test("statements the handbook gives for backups and object storage are read by the engine", async () => {
    const handbook = readFileSync(join(ROOT, "docs/operations.md"), "utf8");
    const blocks = [...handbook.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = ""]) => sql);
    const statements = blocks.flatMap((sql) => sql.split(/;\s*$/m)).filter((sql) => sql.trim() !== "");
    const texts = await Promise.all(statements.map(parsed));
    for (const wanted of [/^BACKUP DATABASE .* ON CLUSTER/, /^RESTORE DATABASE .* ON CLUSTER/, /storage_policy = /]) {
      expect(texts.filter((statement) => wanted.test(statement)).length, String(wanted)).toBeGreaterThan(0);
    }
    const moved = texts.flatMap((statement) => /^ALTER TABLE (\w+) .*TO VOLUME 'cold'/.exec(statement)?.[1] ?? []);
    const tables = await select(clickhouse, "SELECT name FROM system.tables WHERE database = currentDatabase()");
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(moved));
    expect(moved.length).toBeGreaterThan(0);
  });

  test("the policy those statements name moves to a disk that is declared", () => {
    const xml = readFileSync(join(ROOT, "deploy/kubernetes/tiering.example.xml"), "utf8");
    expect(XMLValidator.validate(xml)).toBe(true);
    const { clickhouse: configuration } = new XMLParser().parse(xml) as {
      clickhouse: {
        storage_configuration: { disks: object; policies: { tiered: { volumes: Record<string, { disk: string }> } } };
      };
    };
    const { disks, policies } = configuration.storage_configuration;
    const volumes = policies.tiered.volumes;
    expect(Object.keys(volumes)).toEqual(["hot", "cold"]);
    for (const { disk } of Object.values(volumes)) expect(["default", ...Object.keys(disks)]).toContain(disk);
  });

  test("the cluster of shards the deployment gives has shards, each written to through one replica", () => {
    const xml = readFileSync(join(ROOT, "deploy/kubernetes/shards.example.xml"), "utf8");
    expect(XMLValidator.validate(xml)).toBe(true);
    const { clickhouse: configuration } = new XMLParser().parse(xml) as {
      clickhouse: { remote_servers: { tieout: { shard: { internal_replication: boolean; replica: object[] }[] } } };
    };
    const { shard } = configuration.remote_servers.tieout;
    expect(shard.map(({ internal_replication: once, replica }) => [once, replica.length])).toEqual([
      [true, 2],
      [true, 2],
    ]);
  });

  test("a backup brings every row back", async () => {
    await clickhouse.command("INSERT INTO quarantine (id) VALUES ('kept')");
    await clickhouse.command("BACKUP TABLE quarantine TO Memory('one')");
    await clickhouse.command("TRUNCATE TABLE quarantine");
    await clickhouse.command("RESTORE TABLE quarantine FROM Memory('one') SETTINGS allow_non_empty_tables = true");
    expect(await select(clickhouse, "SELECT id FROM quarantine")).toEqual([{ id: "kept" }]);
  });
});
