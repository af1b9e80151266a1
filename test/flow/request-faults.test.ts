import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askRequest } from "../../server/requests/ask-request.ts";
import { redriveStep } from "../../server/requests/mend-step.ts";
import { deadSteps } from "../../server/store/postgres/requests-steps.ts";
import { random } from "../bench/random.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import {
  ENGINEER,
  ledgerVendor,
  openRequestTower,
  priorRuns,
  sceneEstate,
  type Mishap,
  type RequestTower,
} from "../request-scene.ts";
import { openVendorDoor } from "./vendor-door.ts";

/** `TIEOUT_KILLS=200 npx vitest run test/flow/request-faults.test.ts` is the long version. */
const KILLS = Number(process.env.TIEOUT_KILLS ?? 2);
const SEED = Number(process.env.TIEOUT_SEED ?? 7);
/** Entities of one request, each with a load and a posting behind it: as much as is under way when a process dies. */
const EACH = 6;
const ENTITIES = KILLS * EACH;
const WITHIN = 60_000 + KILLS * 12_000;
const WORKER = join(import.meta.dirname, "request-worker.ts");

const [engine] = POSTGRES_ENGINES.filter(({ engine: kind }) => kind === "server");

// Two processes need an engine that serves both.
describe.skipIf(!engine)("requests while processes are killed and vendors cut off", () => {
  const next = random(SEED);
  const estate = sceneEstate(ENTITIES);
  let opened: OpenedEngine;
  let tower: RequestTower;
  let door: Awaited<ReturnType<typeof openVendorDoor>>;
  let worker: ChildProcess | null = null;
  const mishap = (): Mishap => {
    const drawn = next();
    return drawn < 0.06 ? "before" : drawn < 0.14 ? "after" : drawn < 0.2 ? "busy" : null;
  };
  const vendor = ledgerVendor({ callMilliseconds: 5, runMilliseconds: 60, mishap, changed: (run) => tower?.hear(run) });

  beforeAll(async () => {
    opened = await engine!.open();
    door = await openVendorDoor(vendor);
    tower = await openRequestTower(opened.postgres, estate, vendor);
    for (const run of priorRuns(estate)) tower.hear(run);
  }, WITHIN);
  afterAll(async () => {
    worker?.kill("SIGKILL");
    door?.close();
    await tower?.stop();
    await opened?.stop();
  });

  async function startWorker(): Promise<void> {
    worker = spawn(process.execPath, [WORKER, opened.url!, door.url, String(ENTITIES)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((ready, failed) => {
      worker!.stdout!.once("data", () => ready());
      worker!.once("exit", () => failed(new Error("the worker ended before it was ready")));
    });
  }

  const open = async () => {
    const rows = await opened.postgres.run(
      "SELECT count(*)::int AS n FROM requests WHERE state IN ('requested', 'dispatched', 'running')",
      [],
    );
    return (rows as { n: number }[])[0]!.n;
  };
  /** What a person does with what failed: asks again, under the same key where it may have begun. */
  const mend = async () => {
    for (const { requestId, step } of await opened.postgres.ask(deadSteps, { entities: null, limit: 50 })) {
      await redriveStep(tower.ctx, ENGINEER, { id: requestId, step, reason: "Looked; asked again" }).catch(() => {});
    }
  };

  test(
    `killed ${KILLS} times at random points, every request ends as it should and nothing is posted twice`,
    { timeout: WITHIN },
    async () => {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const mine = estate.entities.slice(kill * EACH, (kill + 1) * EACH).map(({ id }) => id);
        const runs = priorRuns(estate).filter(({ targets: [to] }) => mine.includes(to?.entity ?? ""));
        const body = { act: "replay" as const, runs: runs.map(({ runId }) => runId), reason: "Again" };
        await askRequest(tower.ctx, ENGINEER, body, { idempotencyKey: null });
        await startWorker();
        await sleep(next() * 400);
        worker!.kill("SIGKILL");
        // The dead process's claims have run out.
        await opened.postgres.run("UPDATE request_steps SET held_until = now() WHERE state = 'claimed'", []);
        await mend();
      }
      await startWorker();
      for (const until = Date.now() + WITHIN / 2; Date.now() < until; await sleep(250)) {
        await mend();
        if ((await open()) === 0 && (await opened.postgres.ask(deadSteps, { entities: null, limit: 1 })).length === 0)
          break;
        await tower.ctx.enqueue("request.resume", {});
      }
      const rows = (await opened.postgres.run("SELECT state, count(*)::int AS n FROM requests GROUP BY state", [])) as {
        state: string;
        n: number;
      }[];
      expect(rows).toEqual([{ state: "completed", n: KILLS }]);
      const steps = (await opened.postgres.run(
        "SELECT job, idempotency_key AS key, state, kind FROM request_steps ORDER BY job",
        [],
      )) as { job: string; key: string; state: string; kind: string }[];
      expect(steps.every(({ state }) => state === "done")).toBe(true);
      // Each driven load stands in the ledger once: none lost, none twice.
      const driven = steps.filter(({ kind }) => kind === "drive").map(({ job }) => job);
      expect(vendor.ledger.map(({ job }) => job).sort()).toEqual(driven.sort());
    },
  );
});
