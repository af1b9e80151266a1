import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askRequest } from "../../server/requests/ask-request.ts";
import { migratePostgres } from "../../server/store/migrate-postgres.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { ENGINEER, ledgerVendor, openRequestTower, priorRuns, sceneEstate } from "../request-scene.ts";

export interface RequestRun {
  /** Milliseconds from asking to the vendor's first call. */
  firstCall: number;
  /** Milliseconds from the first call until the request had ended. */
  whole: number;
}

/** Carries a replay of so many steps out over a fresh embedded store; two steps an entity, one after the other. */
export async function timeRequest(given: {
  steps: number;
  perMinute: number;
  concurrency: number;
  callMilliseconds: number;
  touch?: (topic: string) => void;
}): Promise<RequestRun> {
  const directory = await mkdtemp(join(tmpdir(), "tieout-bench-"));
  const postgres = await openPostgres({ directory: join(directory, "postgres") });
  await migratePostgres(postgres);
  const { perMinute, concurrency, callMilliseconds, touch = () => {} } = given;
  const estate = sceneEstate(given.steps / 2, { perMinute, concurrency });
  let first = 0;
  const vendor = ledgerVendor({
    ...{ callMilliseconds, runMilliseconds: 1 },
    mishap() {
      first ||= performance.now();
      return null;
    },
    changed: (run) => tower.hear(run),
  });
  const tower = await openRequestTower(postgres, estate, vendor, { touch });
  try {
    const prior = priorRuns(estate);
    for (const run of prior) tower.hear(run);
    const body = { act: "replay" as const, runs: prior.map(({ runId }) => runId), reason: "bench" };
    const asked = performance.now();
    const { request } = await askRequest(tower.ctx, ENGINEER, body, { idempotencyKey: null });
    const state = async () => {
      const [row] = (await postgres.run("SELECT state FROM requests WHERE id = $1", [request.id])) as {
        state: string;
      }[];
      return row?.state ?? "";
    };
    for (let now = await state(); now !== "completed"; now = await state()) {
      if (["failed", "refused", "cancelled", "withdrawn"].includes(now)) throw new Error(`The request is ${now}.`);
      await new Promise((wait) => setTimeout(wait, 20));
    }
    if (vendor.ledger.length !== given.steps) throw new Error(`${vendor.ledger.length} of ${given.steps} were posted.`);
    return { firstCall: first - asked, whole: performance.now() - first };
  } finally {
    await tower.stop();
    await postgres.close();
    await rm(directory, { recursive: true, force: true });
  }
}
