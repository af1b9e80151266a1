import { join } from "node:path";
import { readEstate } from "../../sandbox/read-estate.ts";
import { loadScenario } from "../../sandbox/scenario.ts";
import { createWorld, type WorldOptions } from "../../sandbox/world/create-world.ts";

const ROOT = join(import.meta.dirname, "..", "..");

export const meridian = readEstate(join(ROOT, "estates", "meridian"));
export const october = loadScenario(join(ROOT, "sandbox", "scenarios", "meridian.yaml"));

/** The close alone, for tests that need no history. */
export const closeOnly = { ...october, from: "2026-10-28T00:00:00Z" };

/** The demo's world on a clock that stands where it is put. */
export function meridianWorld(over: Partial<WorldOptions> = {}) {
  const scenario = over.scenario ?? october;
  const clock = { now: Date.parse(scenario.from) };
  const world = createWorld({ estate: meridian, now: () => clock.now, ...over, scenario });
  const playTo = (instant: string) => {
    clock.now = Date.parse(instant);
    world.now();
  };
  return { world, clock, playTo };
}

/** Count and sums of a dataset's totals in minor units; accounts outside profit and loss are left out. */
export function summed(totals: ReturnType<ReturnType<typeof createWorld>["totals"]>) {
  const minor = (text: string) => BigInt(text.replace(".", ""));
  const travelling = (totals?.accounts ?? []).filter(({ account }) => account === "" || /^[456]/.test(account));
  return {
    count: travelling.reduce((sum, { count }) => sum + count, 0),
    debit: travelling.reduce((sum, { debit }) => sum + minor(debit), 0n),
    credit: travelling.reduce((sum, { credit }) => sum + minor(credit), 0n),
    net: travelling.reduce((sum, { net }) => sum + minor(net), 0n),
  };
}
