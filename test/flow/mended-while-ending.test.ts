import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askRequest } from "../../server/requests/ask-request.ts";
import { redriveStep } from "../../server/requests/mend-step.ts";
import { deadSteps, moveStepsIn } from "../../server/store/postgres/requests-steps.ts";
import { lockRequest, moveRequest } from "../../server/store/postgres/requests.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import {
  ENGINEER,
  ledgerVendor,
  openRequestTower,
  priorRuns,
  sceneEstate,
  type RequestTower,
} from "../request-scene.ts";

const WITHIN = 60_000;
const [engine] = POSTGRES_ENGINES.filter(({ engine: kind }) => kind === "server");

// Two processes at once need an engine that serves both.
describe.skipIf(!engine)("a step mended while another process ends its request", () => {
  const estate = sceneEstate(1);
  const shut = new Set(["Load Actuals E0001"]);
  const vendor = ledgerVendor({
    ...{ callMilliseconds: 1, runMilliseconds: 50, failing: (job: string) => shut.has(job) },
    ...{ mishap: () => null, changed: (run) => tower?.hear(run) },
  });
  let opened: OpenedEngine;
  let tower: RequestTower;
  beforeAll(async () => {
    opened = await engine!.open();
    tower = await openRequestTower(opened.postgres, estate, vendor);
    for (const run of priorRuns(estate)) tower.hear(run);
  }, WITHIN);
  afterAll(async () => {
    await tower?.stop();
    await opened?.stop();
  });

  const stateOf = async (id: string) => {
    const rows = (await opened.postgres.run("SELECT state FROM requests WHERE id = $1", [id])) as { state: string }[];
    return rows[0]?.state;
  };

  test(
    "what the other process blocked waits again, and the request comes to its end",
    { timeout: WITHIN },
    async () => {
      const { postgres } = opened;
      const body = { act: "replay" as const, runs: priorRuns(estate).map(({ runId }) => runId), reason: "Again" };
      const asked = await askRequest(tower.ctx, ENGINEER, body, { idempotencyKey: null });
      const { id } = asked.request;
      await expect.poll(() => stateOf(id), { timeout: WITHIN / 2 }).toBe("failed");
      const [dead] = await postgres.ask(deadSteps, { entities: null, limit: 1 });
      // As it stood the moment before: one step has failed, and nobody has ended the request yet.
      const at = new Date().toISOString();
      await postgres.ask(moveStepsIn, { requestId: id, from: ["blocked"], to: "waiting", at, outcome: null });
      await postgres.ask(moveRequest, { id, from: ["failed"], to: "running", at, outcome: null });
      shut.clear();
      let mended: Promise<unknown> = Promise.resolve();
      await postgres.transaction(async (tx) => {
        await tx.ask(lockRequest, { id });
        mended = redriveStep(tower.ctx, ENGINEER, { id, step: dead!.step, reason: "The period is open again" });
        await sleep(500);
        await tx.ask(moveStepsIn, {
          requestId: id,
          from: ["waiting"],
          to: "blocked",
          at,
          outcome: "Before it failed.",
        });
        await tx.ask(moveRequest, { id, from: ["running"], to: "failed", at, outcome: "It failed." });
      });
      await mended;
      await expect.poll(() => stateOf(id), { timeout: WITHIN / 2 }).toBe("completed");
      expect(vendor.ledger.filter(({ job }) => job.startsWith("Post")).length).toBe(1);
    },
  );
});
