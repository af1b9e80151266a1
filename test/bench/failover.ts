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
      const all = (await alone(await served.start())).length;
      let worst = 0;
      for (let killed = 0; killed < KILLS; killed += 1) {
        const seconds = await takeover(served, all);
        say(`${seconds.toFixed(1)} s`);
        worst = Math.max(worst, seconds);
      }
      return { value: worst, reference: LEASE };
    } finally {
      await served.stop();
      await rm(estate.directory, { recursive: true, force: true });
    }
  },
});

let survivor: ServerProcess | null = null;

/** The duties of a process that is alone: all there are. */
async function alone(server: ServerProcess): Promise<string[]> {
  survivor = server;
  return until(server, (duties) => duties.includes("judge") && duties.length >= 4);
}

/** Starts another beside the one there is, kills that one once they share the duties, and waits for the other to do all. */
async function takeover(served: Served, all: number): Promise<number> {
  const before = survivor!;
  const after = await served.start();
  await until(after, (duties) => duties.some((duty) => duty.startsWith("collect ")));
  await until(before, (duties) => duties.length > 0 && duties.length < all);
  const killed = performance.now();
  await before.kill();
  await until(after, (duties) => duties.length === all);
  survivor = after;
  return (performance.now() - killed) / 1000;
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
