import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askRequest } from "../../server/requests/ask-request.ts";
import { redriveStep } from "../../server/requests/mend-step.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { isAway } from "../../server/store/engine-away.ts";
import { openPostgres, type Postgres } from "../../server/store/postgres.ts";
import { deadSteps } from "../../server/store/postgres/requests-steps.ts";
import { random } from "../bench/random.ts";
import { select } from "../clickhouse.ts";
import { startClickHouseDoor, type ClickHouseDoor } from "../clickhouse-door.ts";
import { shuffled } from "../faults/shuffled.ts";
import { openTcpProxy, type TcpProxy } from "../faults/tcp-proxy.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import {
  ENGINEER,
  ledgerVendor,
  openRequestTower,
  priorRuns,
  sceneEstate,
  type RequestTower,
} from "../request-scene.ts";
import type { Places } from "./cut-worker.ts";
import { openVendorDoor } from "./vendor-door.ts";

/** `TIEOUT_CUTS=200 npx vitest run test/flow/request-cuts.test.ts` is the long version. */
const CUTS = Number(process.env.TIEOUT_CUTS ?? 6);
const SEED = Number(process.env.TIEOUT_SEED ?? 7);
/** Entities of one request, each with a load and a posting behind it. */
const EACH = 8;
const PROCESSES = 2;
const SETTLES = 180_000 + CUTS * 5_000;
const WITHIN = SETTLES + 120_000 + CUTS * 10_000;
const WORKER = join(import.meta.dirname, "cut-worker.ts");

const [engine] = POSTGRES_ENGINES.filter(({ engine: kind }) => kind === "server");

describe.skipIf(!engine)("requests of many steps while PostgreSQL, ClickHouse and the vendor are cut off", () => {
  const next = random(SEED);
  const estate = sceneEstate(CUTS * EACH);
  const vendor = ledgerVendor({ callMilliseconds: 20, runMilliseconds: 200 });
  const closing: (() => unknown)[] = [];
  const workers: ChildProcess[] = [];
  let opened: OpenedEngine;
  let door: ClickHouseDoor;
  let clickhouse: ClickHouse;
  let cutOff: Postgres;
  let asker: RequestTower;
  let proxies: Record<"postgres" | "clickhouse" | "vendor", TcpProxy>;

  beforeAll(async () => {
    opened = await engine!.open();
    closing.push(() => opened.stop());
    door = await startClickHouseDoor({ migrated: true });
    closing.push(() => door.stop());
    clickhouse = await openClickHouse({ url: door.url });
    closing.push(() => clickhouse.close());
    const vendors = await openVendorDoor(vendor);
    closing.push(() => vendors.close());
    const [postgres, store, plan] = await Promise.all([opened.url!, door.url, vendors.url].map(openTcpProxy));
    proxies = { postgres: postgres!, clickhouse: store!, vendor: plan! };
    closing.push(() => Promise.all(Object.values(proxies).map((proxy) => proxy.close())));
    const places: Places = { ...at(proxies), entities: CUTS * EACH };
    for (let process = 0; process < PROCESSES; process++) workers.push(await startWorker(places));
    closing.push(() => workers.forEach((worker) => worker.kill("SIGKILL")));
    cutOff = await openPostgres({ url: proxies.postgres.url });
    closing.push(() => cutOff.close());
    // Whoever asks is cut off as well, and leaves the work to the others.
    asker = await openRequestTower(cutOff, estate, vendor, {}, { work: false });
    closing.push(() => asker.stop());
    for (const run of priorRuns(estate)) asker.hear(run);
  }, WITHIN);
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  }, WITHIN);

  /** A person asks for some entities' loads and postings again, and once more under the same key until they are answered. */
  async function ask(number: number): Promise<void> {
    const entities = estate.entities.slice(number * EACH, (number + 1) * EACH).map(({ id }) => id);
    const mine = priorRuns(estate).filter(({ targets: [to] }) => entities.includes(to?.entity ?? ""));
    const body = { act: "replay" as const, runs: mine.map(({ runId }) => runId), reason: "Again" };
    await untilThere(() => askRequest(asker.ctx, ENGINEER, body, { idempotencyKey: `asked-${number}` }));
  }
  /** What a person does with what may have begun: looks, and asks again under the same key. */
  async function mend(): Promise<void> {
    for (const { requestId: id, step } of await dead()) {
      await redriveStep(asker.ctx, ENGINEER, { id, step, reason: "Looked; asked again" }).catch(() => {});
    }
  }
  const dead = () => untilThere(() => cutOff.ask(deadSteps, { entities: null, limit: 100 }));
  const rows = async <T>(sql: string) => (await opened.postgres.run(sql, [])) as T[];
  /** Steps that have not come to their end, by their state; none once all is over. */
  const open = () =>
    rows(`SELECT s.state, s.fault, count(*)::int AS steps FROM request_steps s JOIN requests r ON r.id = s.request_id
      WHERE s.state <> 'done' OR r.state <> 'completed' GROUP BY 1, 2`);

  test(`after ${CUTS} cuts every step is done and posted once, and told`, { timeout: WITHIN }, async () => {
    const names = ["postgres", "clickhouse", "vendor"] as const;
    let places: (typeof names)[number][] = [];
    for (let cut = 0; cut < CUTS; cut++) {
      if (places.length === 0) places = shuffled(names, next);
      await ask(cut);
      await sleep(next() * 900);
      const proxy = proxies[places.pop()!];
      proxy.cut();
      await sleep(100 + next() * 1_200);
      proxy.heal();
      await mend();
    }
    await expect.poll(async () => (await mend(), open()), { timeout: SETTLES, interval: 500 }).toEqual([]);
    expect(workers.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual(workers.map(() => null));

    expect(await rows("SELECT state, count(*)::int AS n FROM requests GROUP BY state")).toEqual([
      { state: "completed", n: CUTS },
    ]);
    const steps = await rows<{ state: string; kind: string; key: string; runId: string }>(
      `SELECT state, kind, idempotency_key AS key, run_id AS "runId" FROM request_steps`,
    );
    expect(new Set(steps.map(({ kind, state }) => `${kind} ${state}`))).toEqual(new Set(["drive done"]));
    expect(steps).toHaveLength(CUTS * EACH * 2);
    // One line in the vendor's ledger for each step: none lost, none twice.
    expect(vendor.ledger.map(({ idempotencyKey }) => idempotencyKey).sort()).toEqual(
      steps.map(({ key }) => key).sort(),
    );
    // What the vendor ran and what the request says of it stands in the tables, each once.
    const told = () =>
      select(
        clickhouse,
        `SELECT run_id AS runId, toUInt32(countIf(event_type = 'COMPLETE')) AS ends FROM events FINAL GROUP BY run_id ORDER BY runId`,
      );
    const ends = steps.flatMap(({ key, runId }) => [key, runId]).sort();
    await expect.poll(told, { timeout: WITHIN, interval: 500 }).toEqual(ends.map((runId) => ({ runId, ends: 1 })));
  });
});

/** As a client does that is answered 503: asks again until the engines are there. */
async function untilThere<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isAway(error)) throw error;
      await sleep(100);
    }
  }
}

function at(proxies: Record<"postgres" | "clickhouse" | "vendor", TcpProxy>) {
  return { postgres: proxies.postgres.url, clickhouse: proxies.clickhouse.url, vendor: proxies.vendor.url };
}

async function startWorker(places: Places): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [WORKER, JSON.stringify(places)], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((ready, failed) => {
    worker.stdout!.once("data", () => ready());
    worker.once("exit", () => failed(new Error("the worker ended before it was ready")));
  });
  return worker;
}
