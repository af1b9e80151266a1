import pg from "pg";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatasetEvent, RunEvent } from "../../schemas/event/open-lineage.ts";
import { startClickHouseDoor } from "../../test/clickhouse-door.ts";
import { postgresBinaries, startPostgresServer } from "../../test/postgres-server.ts";
import { sqlWarehouse } from "./index.ts";
import { Settings } from "./settings.ts";

/** Today, because a warehouse asked over HTTP says what time it is. */
const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const before = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const written = (minutes: number) => before(minutes).slice(0, 19).replace("T", " ");
const TIMED = ["queued_at", "started_at", "ended_at"].join(", ");

function open(connection: Record<string, string>, over: object = {}) {
  const settings = Settings.parse({
    loads: {
      query: `select key, job, state, period, batch, rows_written, error, ${TIMED} from load_log where queued_at >= {since}`,
    },
    jobs: [{ name: "load_gl_{entity}", dataset: "fin.gl_balance" }],
    totals: [
      {
        dataset: "fin.gl_balance",
        query:
          "select entity, period, account, currency, count(*) as count, sum(b.debit) as debit, sum(b.credit) as credit, " +
          "sum(b.debit - b.credit) as net from gl_balance as b group by entity, period, account, currency order by account",
      },
    ],
    ...over,
  });
  const tools = { clock: { now: () => NOW }, fetch, log: pino({ level: "silent" }), counted: () => {} };
  return sqlWarehouse.open({ id: "dwh", namespace: "dwh://example", settings, connection }, tools);
}

const LOADS = [
  ["1", "load_gl_DE01", "complete", "2026-07", "GLA-1", 2, null, written(120), written(119), written(111)],
  [
    "2",
    "load_gl_GB01",
    "failed",
    "2026-07",
    null,
    null,
    'column "x" does not exist',
    written(60),
    written(59),
    written(58),
  ],
  ["3", "load_gl_DE01", "running", "2026-08", null, null, null, written(2), written(1), null],
];
const FIGURES = [
  ["DE01", "2026-07", "400000", "EUR", "0.00", "90071992547409.93"],
  ["DE01", "2026-07", "600000", "EUR", "1203.10", "0.00"],
];

async function expectsAll(connected: ReturnType<typeof open>) {
  expect((await connected.check()).sees).toEqual([
    "3 loads since yesterday",
    "fin.gl_balance: figures of 1 entities and periods",
  ]);
  const first = await connected.pull(null);
  const runs = (first.events as RunEvent[]).filter((event) => "run" in event);
  expect(runs.map(({ eventType, eventTime, job }) => `${eventType} ${job.name} ${eventTime}`)).toEqual(
    expect.arrayContaining([
      `COMPLETE load_gl_DE01 ${before(111)}`,
      `FAIL load_gl_GB01 ${before(58)}`,
      `RUNNING load_gl_DE01 ${before(1)}`,
    ]),
  );
  expect(first.openRuns).toBe(1);
  const held = (first.events as DatasetEvent[]).find((event) => "dataset" in event);
  // More digits than a float holds.
  expect(held?.dataset.facets?.tieout_controlTotals).toMatchObject({
    totals: expect.arrayContaining([
      expect.objectContaining({ account: "400000", measure: "net", value: "-90071992547409.93", currency: "EUR" }),
      expect.objectContaining({ account: "600000", measure: "debit", value: "1203.1" }),
      expect.objectContaining({ account: "600000", measure: "count", value: "1" }),
    ]),
  });
  expect((await connected.pull(first.cursor)).events).toEqual([]);
}

const binaries = postgresBinaries();
describe.skipIf(!binaries)("a real PostgreSQL", () => {
  let server: Awaited<ReturnType<typeof startPostgresServer>>;
  let client: pg.Client;
  beforeAll(async () => {
    server = await startPostgresServer(binaries!);
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(
      "create table load_log (key text, job text, state text, period text, batch text, rows_written int, error text, " +
        "queued_at timestamptz, started_at timestamptz, ended_at timestamptz)",
    );
    await client.query(
      "create table gl_balance (entity text, period text, account text, currency text, debit numeric, credit numeric)",
    );
    await client.query("set time zone 'UTC'");
    for (const load of LOADS) await client.query("insert into load_log values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)", load);
    for (const figure of FIGURES) await client.query("insert into gl_balance values ($1,$2,$3,$4,$5,$6)", figure);
  });
  afterAll(async () => {
    await client.end();
    await server.stop();
  });
  const connected = (over: object = {}) => open({ url: server.url, user: "tieout", password: "none" }, over);

  test("is read: loads, and totals to the last digit", () => expectsAll(connected()));

  test("is not written to, and not kept busy", async () => {
    const asking = (query: string, over: object = {}) =>
      connected({ totals: [{ dataset: "x", query }], ...over }).pull(null);
    const writing = "with gone as (delete from gl_balance returning 1) select count(*) from gone";
    await expect(asking(writing)).rejects.toMatchObject({ name: "VendorError" });
    expect((await client.query("select 1 from gl_balance")).rowCount).toBe(2);
    await expect(asking("select nextval('s') as entity")).rejects.toMatchObject({ code: "refused" });
    await expect(asking("select pg_sleep(30)", { secondsAQuery: 1 })).rejects.toMatchObject({ code: "unreachable" });
    await expect(asking("select generate_series(1, 11)", { mostRows: 10 })).rejects.toMatchObject({
      message: "A query answers more than 10 rows.",
    });
    await expect(asking("select 1 as one")).rejects.toMatchObject({
      message: expect.stringContaining("need entity and period"),
    });
  });

  test("that is away, or refuses the user, is told so", async () => {
    const away = open({ url: "postgresql://127.0.0.1:1/postgres", user: "a", password: "b" });
    await expect(away.pull(null)).rejects.toMatchObject({ code: "unreachable" });
    const nobody = open({ url: server.url.replace("tieout@", ""), user: "nobody_here", password: "b" });
    await expect(nobody.pull(null)).rejects.toMatchObject({ code: "unauthorized" });
  });
});

test("ClickHouse's own engine over its HTTP interface is read alike", async () => {
  const door = await startClickHouseDoor();
  const write = async (sql: string) => {
    const answer = await fetch(door.url, { method: "POST", body: sql });
    expect(answer.status, await answer.clone().text()).toBe(200);
  };
  const text = (value: unknown) =>
    value === null ? "null" : typeof value === "number" ? String(value) : `'${String(value)}'`;
  const rows = (list: unknown[][]) => list.map((row) => `(${row.map(text).join(",")})`).join(",");
  await write(
    "create table load_log (key String, job String, state String, period String, batch Nullable(String), rows_written Nullable(UInt32), " +
      "error Nullable(String), queued_at DateTime64(3, 'UTC'), started_at DateTime64(3, 'UTC'), ended_at Nullable(DateTime64(3, 'UTC'))) engine = Memory",
  );
  await write(
    "create table gl_balance (entity String, period String, account String, currency String, debit Decimal(18, 2), credit Decimal(18, 2)) engine = Memory",
  );
  await write(`insert into load_log values ${rows(LOADS)}`);
  await write(`insert into gl_balance values ${rows(FIGURES)}`);
  await expectsAll(open({ url: door.url, user: "default", password: "" }));
  await door.stop();
});
