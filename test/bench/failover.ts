import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { writePushedEstate } from "../pushed-estate.ts";
import type { ServerProcess } from "../server-process.ts";
import { atMost, defineBench } from "./bench.ts";
import { dutiesOf, openServed, type Served } from "./served.ts";

const KILLS = 3;
/** Seconds a lease lasts. */
const LEASE = 9;
const LOST_AFTER = 90_000;
/** Judging, alerts and the two systems of the estate. */
const LEAST_DUTIES = 4;

export const failover = defineBench({
  name: "failover",
  title: `from kill -9 of a process until another reads its systems and does its duties; the slowest of ${KILLS}`,
  unit: "s",
  goal: atMost(15),
  reference: "how long a lease lasts, which has to be waited for",
  async run({ say }) {
    const estate = writePushedEstate();
    const served = await openServed(estate);
    try {
      let survivor = await served.start();
      const all = await until(survivor, (duties) => duties.includes("judge") && duties.length >= LEAST_DUTIES);
      let worst = 0;
      for (let killed = 0; killed < KILLS; killed += 1) {
        const taken = await takeover(served, survivor, all.length);
        say(`${taken.seconds.toFixed(1)} s`);
        worst = Math.max(worst, taken.seconds);
        survivor = taken.survivor;
      }
      return { value: worst, reference: LEASE };
    } finally {
      await served.stop();
      await rm(estate.directory, { recursive: true, force: true });
    }
  },
});

/** Starts another beside the one there is, kills that one once they share the duties, and waits for the other to do all. */
async function takeover(served: Served, before: ServerProcess, all: number) {
  const after = await served.start();
  await until(after, (duties) => duties.some((duty) => duty.startsWith("collect ")));
  await until(before, (duties) => duties.length > 0 && duties.length < all);
  const killed = performance.now();
  await before.kill();
  await until(after, (duties) => duties.length === all);
  return { survivor: after, seconds: (performance.now() - killed) / 1000 };
}

async function until(server: ServerProcess, isSo: (duties: string[]) => boolean): Promise<string[]> {
  const deadline = performance.now() + LOST_AFTER;
  for (;;) {
    const duties = await dutiesOf(server);
    if (isSo(duties)) return duties;
    if (performance.now() > deadline) throw new Error(`Within ${LOST_AFTER} ms it came to ${duties.join(", ")} only.`);
    await sleep(50);
  }
}
