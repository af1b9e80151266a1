import type { Estate } from "../../schemas/estate/estate.ts";
import type { Scenario } from "../../sandbox/scenario.ts";
import { createWorld, type Act } from "../../sandbox/world/create-world.ts";

/** When what made a run fail is mended, and when no run of the small estate is under way. */
const MENDED = Date.parse("2026-08-03T09:40:00.000Z");
const LULL = Date.parse("2026-08-03T13:45:00.000Z");

/** What people do in the small estate: the run that failed is run again, and a later one is stopped half-way. */
export function exampleActs(estate: Estate, scenario: Scenario, system: string): Act[] {
  const world = createWorld({ estate, scenario, now: () => LULL });
  const failed = world.runs(system).find(({ outcome, flow }) => outcome === "failed" && flow !== "");
  if (!failed) throw new Error(`No run of ${system} fails in the small estate.`);
  const start = (at: number): Act => ({
    ...{ at, kind: "start", system, job: failed.job, idempotencyKey: null },
    parameters: { period: failed.period },
  });
  const begun = world.start(system, failed.job, { parameters: { period: failed.period } });
  const stopped = Math.round((begun.startedAt + begun.endedAt) / 2);
  return [start(MENDED), start(LULL), { at: stopped, kind: "cancel", system, key: begun.key }];
}
