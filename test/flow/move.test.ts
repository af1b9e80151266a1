import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startClickHouseDoor, type ClickHouseDoor } from "../clickhouse-door.ts";
import { postgresBinaries, startPostgresServer, type PostgresServer } from "../postgres-server.ts";
import { loadEvent, PERIOD, writePushedEstate } from "../pushed-estate.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { folders } from "../tiny-estate.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const WITHIN = 400_000;
const binaries = postgresBinaries();
const LOADS = 30;
/** Asked before and after; what they answer does not depend on when. */
const PATHS = [
  `/api/v1/freshness?period=${PERIOD}`,
  "/api/v1/requests",
  "/api/v1/keys",
  "/api/v1/quarantine",
  "/api/v1/audit/verify",
  `/api/v1/runs/${runIdOf(3)}`,
];

function runIdOf(n: number): string {
  return `6c1c9a2e-8f7e-4d59-9f0a-${String(n).padStart(12, "0")}`;
}

/** An answer without what time alone moves on. */
function standing(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => (key === "ageMinutes" ? undefined : value)));
}

describe.runIf(binaries)("moving an installation to servers", { timeout: WITHIN }, () => {
  const { make, remove } = folders();
  const estate = writePushedEstate();
  const [data, to] = [make("data"), join(make("moved"), "data")];
  const key = "k".repeat(40);
  let postgres: PostgresServer;
  let clickhouse: ClickHouseDoor;
  let server: ServerProcess | null = null;
  beforeAll(async () => {
    [postgres, clickhouse] = await Promise.all([startPostgresServer(binaries ?? ""), startClickHouseDoor()]);
  }, WITHIN);
  afterAll(async () => {
    await server?.kill().catch(() => {});
    await Promise.allSettled([postgres?.stop(), clickhouse?.stop()]);
    remove();
  });

  const servers = () => ({ DATABASE_URL: postgres.url, CLICKHOUSE_URL: clickhouse.url });
  /** Runs the command; killed as soon as it has printed what is told, when told. */
  async function move(killedAt?: string) {
    const child = spawn(process.execPath, ["server/move.ts", "--data", data, "--to", to], {
      ...{ cwd: ROOT, env: { ...process.env, ...servers() } },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (killedAt && said.includes(killedAt)) child.kill("SIGKILL");
      });
    }
    const code = await new Promise<number | null>((done) => child.once("close", done));
    return { code, said };
  }
  const start = (options: { data: string; env?: Record<string, string> }) =>
    startServer({ sandbox: false, estate: estate.directory, key, ...options, env: { ...estate.env, ...options.env } });
  const answers = async () =>
    Object.fromEntries(
      await Promise.all(PATHS.map(async (path) => [path, standing(await (await server!.ask(path)).json())] as const)),
    );
  let before: Record<string, unknown>;

  test("is refused while Tieout runs", async () => {
    server = await start({ data });
    const headers = { "content-type": "application/json" };
    for (let n = 0; n < LOADS; n++) {
      const event = loadEvent(`${PERIOD}-28T10:00:${String(n).padStart(2, "0")}.000Z`, `${n}.50`, runIdOf(n));
      const sent = await server.ask("/api/v1/lineage", { method: "POST", headers, body: JSON.stringify(event) });
      expect(sent.status).toBe(201);
    }
    await server.ask("/api/v1/lineage", { method: "POST", headers, body: "{oops" });
    const made = { method: "POST", headers, body: JSON.stringify({ name: "airflow", scopes: ["ingest:write"] }) };
    expect((await server.ask("/api/v1/keys", made)).status).toBe(201);
    expect(await move()).toMatchObject({ code: 2, said: expect.stringContaining("Stop it first") });
    // What is judged by time alone comes to rest.
    await sleep(3_000);
    before = await answers();
    await server.stop();
    server = null;
    mkdirSync(join(data, "evidence"), { recursive: true });
    writeFileSync(join(data, "evidence", "pack.zip"), "sealed");
  });

  test("goes on after kill -9 in the middle, and proves both sides the same", async () => {
    const first = await move("PostgreSQL █");
    expect(first.code, first.said).toBe(null);
    const second = await move("ClickHouse █");
    expect(second.code, second.said).toBe(null);
    const third = await move();
    expect(third.code, third.said).toBe(0);
    expect(third.said).toContain("Going on with the move");
    expect(third.said).toMatch(/the same on both sides/);
    expect(third.said).toMatch(/net EUR/);
    expect(readFileSync(join(to, "evidence", "pack.zip"), "utf8")).toBe("sealed");
    const again = await move();
    expect(again).toMatchObject({ code: 2, said: expect.stringContaining("not of this move") });
  });

  test("answers the same afterwards", async () => {
    server = await start({ data: to, env: servers() });
    const after = await answers();
    const audit = "/api/v1/audit/verify";
    expect(after[audit]).toMatchObject({ intact: true });
    expect((after[audit] as { entries: number }).entries).toBeGreaterThanOrEqual(
      (before[audit] as { entries: number }).entries,
    );
    for (const path of PATHS.filter((each) => each !== audit)) expect(after[path], path).toEqual(before[path]);
    await server.stop();
    server = null;
  });
});
