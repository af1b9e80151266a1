import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as z from "zod";
import { rebuildDerived } from "../../server/ingest/rebuild-derived.ts";
import { findDifferences, USUAL_LIMITS } from "../../server/lines/find-differences.ts";
import { copyClickHouse } from "../../server/move/copy-clickhouse.ts";
import { lackingServers, staleFronts } from "../../server/store/clickhouse/cluster.ts";
import { DERIVED_TABLES } from "../../server/store/clickhouse/derived-tables.ts";
import { eventCount } from "../../server/store/clickhouse/events.ts";
import { stepsAfter } from "../../server/store/clickhouse/lineage-steps.ts";
import { forgetLoad } from "../../server/store/clickhouse/line-extracts.ts";
import { keptTables, sumKept } from "../../server/store/clickhouse/move.ts";
import { dropAged } from "../../server/store/clickhouse/retention.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import type { Question } from "../../server/store/question.ts";
import { SPREAD_TABLES } from "../../server/store/shards.ts";
import { openEmptyClickHouse, select, type OpenedClickHouse } from "../clickhouse.ts";
import { startClickHouseShards, type ClickHouseShards } from "../clickhouse-shards.ts";
import { askedWith, fillSpread, LOADS, PERIOD } from "../spread-scene.ts";
import { folders } from "../tiny-estate.ts";

const QUESTIONS = resolve(import.meta.dirname, "../../server/store/clickhouse");
const HANDBOOK = readFileSync(resolve(import.meta.dirname, "../../docs/operations.md"), "utf8");
const { make, remove } = folders();
let shards: ClickHouseShards;
let opened: OpenedClickHouse;
/** One engine with everything, and two servers with a part each; told the same in another order. */
let whole: ClickHouse;
let spread: ClickHouse;

beforeAll(async () => {
  [shards, opened] = await Promise.all([startClickHouseShards(2), openEmptyClickHouse("embedded")]);
  whole = opened.clickhouse;
  spread = await openClickHouse({ url: shards.url, cluster: shards.cluster });
  await migrateClickHouse(spread);
  const folder = make("lines");
  await fillSpread(whole, folder, false);
  await fillSpread(spread, folder, true);
}, 240_000);
afterAll(async () => {
  await spread?.close();
  await Promise.all([shards?.stop(), opened?.close()]);
  remove();
});

/** What a table says, folded as its readers fold it. */
async function folded(clickhouse: ClickHouse, table: string): Promise<unknown[]> {
  const columns = (await select(
    whole,
    `SELECT name, type, is_in_sorting_key AS key FROM system.columns WHERE database = currentDatabase() AND table = '${table}'`,
  )) as { name: string; type: string; key: number }[];
  const keys = columns.filter(({ key }) => key).map(({ name }) => name);
  const values = columns.filter(({ key }) => !key);
  const value = ({ name, type }: { name: string; type: string }) =>
    `${/^SimpleAggregateFunction\((\w+)/.exec(type)?.[1] ?? "any"}(t.${name}) AS ${name}`;
  const shown = [...keys, ...values.map(value)].join(", ");
  return select(clickhouse, `SELECT ${shown} FROM ${table} AS t GROUP BY ${keys.join(", ")} ORDER BY ALL`);
}

async function derived(clickhouse: ClickHouse): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const table of [...DERIVED_TABLES, "line_buckets"]) tables[table] = await folded(clickhouse, table);
  return tables;
}

/** Every question there is, of every file of questions. */
async function questions(): Promise<{ question: Question<z.ZodObject, z.ZodType>; after?: string[] }[]> {
  const files = readdirSync(QUESTIONS).filter((name) => name.endsWith(".ts") && name !== "cluster.ts");
  const exported = await Promise.all(
    files.map(async (name) => Object.values((await import(join(QUESTIONS, name))) as Record<string, never>)),
  );
  return exported.flat().flatMap((value: { sql?: string; page?: never; count?: never; start?: string[] }) => {
    if (value.page) return [{ question: value.count! }, { question: value.page, after: value.start! }];
    return value.sql ? [{ question: value as never }] : [];
  });
}

/** Of the engine itself; and the steps of lineage, which are told with all their days and compared as a graph. */
const ELSEWHERE = new Set([
  "lineage-step.after",
  "clock.now",
  "migration.table",
  "migration.applied",
  "migration.record",
  "move.parts",
]);

describe("two shards", { timeout: 240_000 }, () => {
  test("have every table, made once", async () => {
    expect(await migrateClickHouse(spread)).toEqual([]);
    expect(await spread.ask(staleFronts, { tables: SPREAD_TABLES, ...spread.cluster!.spread! })).toEqual([]);
    expect(
      await spread.ask(lackingServers, {
        cluster: shards.cluster,
        databases: Object.values(spread.cluster!.spread!),
        tables: SPREAD_TABLES,
      }),
    ).toEqual([]);
    await spread.change(({ on }) => `ALTER TABLE run_names ${on} ADD COLUMN later String`);
    await migrateClickHouse(spread);
    expect(await select(spread, "SELECT DISTINCT later FROM run_names")).toEqual([{ later: "" }]);
    await spread.change(({ on }) => `ALTER TABLE run_names ${on} DROP COLUMN later`);
    await migrateClickHouse(spread);
  });

  test("hold a part each, and no run's events and fold lie on both", async () => {
    for (const table of ["events", "runs", "control_totals", "check_results", "lines"]) {
      const parts = await select(spread, `SELECT _shard_num AS shard, count() AS rows FROM ${table} GROUP BY shard`);
      expect(parts.length, table).toBe(2);
    }
    for (const table of ["events", "runs", "run_io"]) {
      const torn = `SELECT job_namespace FROM ${table} GROUP BY job_namespace, job_name, run_id HAVING uniq(_shard_num) > 1`;
      expect(await select(spread, torn), table).toEqual([]);
    }
  });

  test("fold to the same tables as one engine, told in another order and in part twice", async () => {
    const [one, two] = [await derived(whole), await derived(spread)];
    for (const [table, rows] of Object.entries(one)) {
      expect(rows.length, table).toBeGreaterThan(0);
      expect(two[table], table).toEqual(rows);
    }
  });

  test("answer every question as one engine does", async () => {
    const ids = await select(whole, "SELECT DISTINCT event_id AS id FROM events ORDER BY id LIMIT 400");
    const [item] = await select(whole, "SELECT max(id) AS id FROM quarantine");
    const stored = { eventIds: ids.map(({ id }) => String(id)), quarantined: String(item!.id) };
    const [silent, different]: [string[], string[]] = [[], []];
    const asked = (await questions()).filter(({ question }) => !ELSEWHERE.has(question.name));
    for (const { question, after } of asked) {
      const params = askedWith(question, stored, after);
      const answers = await Promise.all([whole, spread].map((engine) => engine.ask(question, params)));
      const [one, two] = answers.map((rows) => [...new Set(rows.map((row) => JSON.stringify(row)))].toSorted());
      if (JSON.stringify(two) !== JSON.stringify(one)) different.push(question.name);
      if (one!.length === 0) silent.push(question.name);
    }
    expect(asked.length).toBeGreaterThan(80);
    expect({ different, silent }).toEqual({ different: [], silent: [] });
  });

  test("give lineage page by page, to the same graph", async () => {
    const graph = async (clickhouse: ClickHouse) => {
      const seen = new Map<string, [first: number, soonest: number, latest: number]>();
      for (let after = { origin: "", destination: "" }; ;) {
        const page = await clickhouse.ask(stepsAfter, { ...after, limit: 40 });
        for (const { earliest, soonestKnown, newest, ...step } of page) {
          const [first, soonest, latest] = seen.get(JSON.stringify(step)) ?? [Infinity, Infinity, 0];
          const sighted = [
            Math.min(first, earliest[0]),
            Math.min(soonest, soonestKnown[1]),
            Math.max(latest, newest[0]),
          ];
          seen.set(JSON.stringify(step), sighted as [number, number, number]);
        }
        const last = page.at(-1);
        if (!last) return [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1));
        after = last;
      }
    };
    const [one, two] = [await graph(whole), await graph(spread)];
    expect(one.length).toBeGreaterThan(50);
    expect(two).toEqual(one);
  });

  test("find the lines that differ", async () => {
    const side = (load: string) => ({ loads: [load], rows: 3_000, dimensions: ["account"], sign: 1 as const });
    const sides = { left: side(LOADS[0]), right: side(LOADS[1]) };
    const [one, two] = await Promise.all(
      [whole, spread].map((engine) =>
        findDifferences(engine, sides, ["account"], { ...USUAL_LIMITS, rowsAtOnce: 700 }),
      ),
    );
    expect([one!.left.length, one!.right.length]).toEqual([30, 30]);
    expect([two!.left, two!.right]).toEqual([one!.left, one!.right]);
  });

  test("are emptied and derived again, and what was known when stays", async () => {
    const before = await derived(spread);
    const { events, unread } = await rebuildDerived(spread, () => {});
    expect(unread).toEqual([]);
    expect(await select(spread, "SELECT uniqExact(event_id) AS events FROM events")).toEqual([
      { events: String(events) },
    ]);
    expect(await derived(spread)).toEqual(before);
    expect(await select(spread, "SELECT count() AS rows FROM lineage_steps_arrived")).toEqual([{ rows: "0" }]);
  });

  test("drop what is old on both, and keep what a hold of either covers", async () => {
    const hold = { period: PERIOD, entity: "DE01", datasets: null, rules: null };
    const ofOne = { ...hold, datasets: [{ namespace: "anaplan://m", name: "Actuals 1" }] };
    const left = () =>
      Promise.all(
        [whole, spread].map((engine) =>
          select(engine, "SELECT job_name AS job, uniqExact(event_id) AS events FROM events GROUP BY job ORDER BY job"),
        ),
      );
    const [full] = await left();
    for (const engine of [whole, spread]) {
      await dropAged(engine, "events", { before: "2026-11-04T11:00:00.000Z", holds: [ofOne] });
      await dropAged(engine, "lines", { before: "2026-11-04T09:02:30.000Z", holds: [{ ...hold, entity: "FR01" }] });
    }
    const [one, two] = await left();
    const jobs = (rows: Record<string, unknown>[]) =>
      rows.map(({ job }) => job).filter((job) => String(job).startsWith("OUT "));
    expect([jobs(full!).length, jobs(one!)]).toEqual([9, ["OUT 1"]]);
    expect(two).toEqual(one);
    expect(await select(spread, "SELECT DISTINCT load FROM lines WHERE key = 'D5'")).toEqual([{ load: LOADS[1] }]);
    await forgetLoad(spread, LOADS[1]);
    expect(await select(spread, "SELECT key FROM lines")).toEqual([{ key: "D1" }]);
  });

  test("take over what one engine holds, by the copying of a move", async () => {
    const progress = { progress: () => {}, tell: async () => {} };
    await copyClickHouse(whole, spread, new Set(), progress);
    const tables = (await keptTables(whole)).filter((table) => table !== "migrations");
    expect(tables.length).toBe(SPREAD_TABLES.length - 3);
    for (const table of tables) expect(await sumKept(spread, table), table).toEqual(await sumKept(whole, table));
  });

  test("are not taken for one, nor one for them", async () => {
    await expect(openClickHouse({ url: shards.url, cluster: "other" })).rejects.toThrow("knows no cluster");
    const alone = await openClickHouse({ url: shards.url });
    await expect(migrateClickHouse(alone)).rejects.toThrow("Name it in CLICKHOUSE_CLUSTER");
    await alone.command("CREATE DATABASE of_one");
    await alone.command("CREATE TABLE of_one.events (event_id String) ENGINE = MergeTree ORDER BY event_id");
    await alone.close();
    const other = await openClickHouse({ url: `${shards.url}of_one`, cluster: shards.cluster });
    await expect(migrateClickHouse(other)).rejects.toThrow("were made for one");
    await other.close();
  });

  test("take in a server that joined empty, given the tables of another as the handbook says", async () => {
    const { front, behind } = spread.cluster!.spread!;
    const place = { cluster: shards.cluster, databases: [front, behind], tables: SPREAD_TABLES };
    const [old, joined] = await Promise.all(shards.servers.map((url) => openClickHouse({ url })));
    for (const table of SPREAD_TABLES) await joined!.command(`DROP TABLE ${front}.${table} SYNC`);
    await joined!.command(`DROP DATABASE ${behind} SYNC`);
    expect(await spread.ask(lackingServers, place)).toMatchObject([{ lacking: 2 * SPREAD_TABLES.length }]);

    const [, asked = ""] = /--query "(SELECT concat\(create_table_query[^"]*)"/.exec(HANDBOOK) ?? [];
    const named = asked.replaceAll("'tieout", `'${front}`).replace(/concat\(.*?'\)/, "create_table_query AS statement");
    await joined!.command(`CREATE DATABASE ${behind}`);
    const made = await select(old!, named);
    for (const { statement } of made) await joined!.command(String(statement));
    await Promise.all([old!.close(), joined!.close()]);

    expect(await spread.ask(lackingServers, place)).toEqual([]);
    await fillSpread(spread, make("more"), false);
    const shardsOf = "SELECT uniqExact(_shard_num) AS shards, uniqExact(event_id) AS events FROM events";
    const [events] = await select(spread, shardsOf);
    expect(events).toMatchObject({ shards: "2" });
    expect(await migrateClickHouse(spread)).toEqual([]);
  });

  test("answer nothing where one of them is away, rather than a part", async () => {
    await shards.end(1);
    await expect(spread.ask(eventCount, {})).rejects.toMatchObject({ code: "store-unavailable" });
    const row = JSON.stringify({ id: "a", reason: "r" });
    const rows = Array.from({ length: 20 }, (_, n) => row.replace('"a"', `"${n}"`)).join("\n");
    await expect(spread.insertLines("quarantine", rows)).rejects.toThrow(/connection (refused|tries failed)/i);
  });
});
