import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startClickHouseDoor, type ClickHouseDoor } from "../clickhouse-door.ts";
import { postgresBinaries, startPostgresServer, type PostgresServer } from "../postgres-server.ts";
import { loadEvent, PERIOD, writePushedEstate } from "../pushed-estate.ts";
import { startServer, type ServerProcess } from "../server-process.ts";

const binaries = postgresBinaries();
const WITHIN = 240_000;
/** What a takeover may take: nine seconds of a lease, a beat of another, and a machine that is busy. */
const TAKEOVER = 15_000;
const DUTIES = ["alerts", "collect anaplan", "collect s4", "judge"];

/** Duties a process does now, as it tells Prometheus. */
async function dutiesOf({ url }: ServerProcess): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^tieout_lease_held\{lease="([^"]+)"\} 1$/gm)].map(([, name = ""]) => name).sort();
}

async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean, within = 60_000): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`It was not so within ${within} ms: ${JSON.stringify(answer)}`);
    await sleep(200);
  }
}

describe.runIf(binaries)("two and three processes on one PostgreSQL and one ClickHouse", { timeout: WITHIN }, () => {
  const directory = mkdtempSync(join(tmpdir(), "tieout-two-"));
  let postgres: PostgresServer;
  let clickhouse: ClickHouseDoor;
  let one: ServerProcess;
  let other: ServerProcess;
  let third: ServerProcess;
  let start: () => Promise<ServerProcess>;

  beforeAll(async () => {
    [postgres, clickhouse] = await Promise.all([startPostgresServer(binaries ?? ""), startClickHouseDoor()]);
    const estate = writePushedEstate();
    const key = join(directory, "audit-key.pem");
    execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", key], { stdio: "ignore" });
    const env = {
      ...{ ...estate.env, DATABASE_URL: postgres.url, CLICKHOUSE_URL: clickhouse.url, LOG_LEVEL: "warn" },
      ...{ TIEOUT_SECRET: "s".repeat(32), TIEOUT_AUDIT_KEY_FILE: key },
    };
    start = () => startServer({ sandbox: false, estate: estate.directory, env });
    one = await start();
    other = await start();
  }, WITHIN);
  afterAll(async () => {
    await Promise.allSettled([one?.stop(), other?.stop(), third?.stop()]);
    await Promise.allSettled([clickhouse?.stop(), postgres?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  test("share what is done by one at a time, each its half", async () => {
    const both = async () => [await dutiesOf(one), await dutiesOf(other)];
    const shared = await until(both, ([mine = [], theirs = []]) => mine.length === 2 && theirs.length === 2);
    expect(shared.flat().sort()).toEqual(DUTIES);
  });

  test("know the same of what either accepted", async () => {
    const at = `${PERIOD}-28T10:00:00.000Z`;
    const sent = await one.ask("/api/v1/lineage", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(loadEvent(at, "120.00", "6c1c9a2e-8f7e-4d59-9f0a-000000000001")),
    });
    expect(sent.status).toBe(201);
    const freshness = async (server: ServerProcess) => (await server.ask(`/api/v1/freshness?period=${PERIOD}`)).text();
    await until(
      () => freshness(other),
      (text) => text.includes(at),
      20_000,
    );
    expect(await freshness(one)).toContain(at);
  });

  test("see each other's collectors", async () => {
    const rows = async () =>
      (
        (await (await one.ask("/api/v1/collectors")).json()) as {
          collectors: { state: string; lastPollAt: string | null }[];
        }
      ).collectors;
    const all = await until(rows, (each) => each.every(({ lastPollAt }) => lastPollAt !== null), 30_000);
    expect(all).toHaveLength(2);
  });

  test("let a third in, which knows at once what they know and does nothing they do", async () => {
    third = await start();
    const at = `${PERIOD}-28T10:00:00.000Z`;
    expect(await (await third.ask(`/api/v1/freshness?period=${PERIOD}`)).text()).toContain(at);
    const all = [await dutiesOf(one), await dutiesOf(other), await dutiesOf(third)];
    expect(all.flat().sort()).toEqual(DUTIES);
  });

  test("take over when one dies, and again when the next does", async () => {
    const gone = one;
    const died = performance.now();
    await gone.kill();
    const left = async () => [...(await dutiesOf(other)), ...(await dutiesOf(third))].sort();
    await until(left, (duties) => duties.length === DUTIES.length, TAKEOVER * 2);
    expect(performance.now() - died).toBeLessThan(TAKEOVER);
    expect(await left()).toEqual(DUTIES);
    await until(
      () => dutiesOf(third),
      (duties) => duties.length === 2,
    );
    const sent = await third.ask("/api/v1/lineage", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(loadEvent(`${PERIOD}-28T11:00:00.000Z`, "130.00", "6c1c9a2e-8f7e-4d59-9f0a-000000000002")),
    });
    expect(sent.status).toBe(201);
    await third.kill();
    await until(
      () => dutiesOf(other),
      (duties) => duties.length === DUTIES.length,
      TAKEOVER * 2,
    );
    // What the dead one accepted and did not live to tell is read from the tables.
    await until(
      async () => (await other.ask(`/api/v1/freshness?period=${PERIOD}`)).text(),
      (text) => text.includes(`${PERIOD}-28T11:00`),
    );
    expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  });
});
