import { setTimeout as sleep } from "node:timers/promises";
import { startServer, type ServerProcess } from "../server-process.ts";
import { atMost, defineBench, quantile } from "./bench.ts";
import { printedBy } from "./printed-by.ts";

/** Seconds the demo plays before looking, and between two looks. */
const SETTLE = 30;
const BETWEEN = 2;
const LOOKS = 10;

export const memory = defineBench({
  name: "memory",
  title: "resident memory of the demo at rest, both engines embedded, the sandbox playing",
  unit: "GB",
  goal: atMost(1.2),
  reference: "a process that has both engines open and empty, and nothing else",
  async run({ say }) {
    say(`letting the demo play for ${SETTLE + LOOKS * BETWEEN} s`);
    const server = await startServer({ sandbox: true });
    try {
      await sleep(SETTLE * 1000);
      const looks: number[] = [];
      while (looks.length < LOOKS) {
        looks.push(await residentGigabytes(server));
        await sleep(BETWEEN * 1000);
      }
      return { value: quantile(looks, 0.5), reference: await enginesAlone() };
    } finally {
      await server.stop();
    }
  },
});

async function residentGigabytes(server: ServerProcess): Promise<number> {
  const metrics = await (await server.ask("/metrics")).text();
  const bytes = /^process_resident_memory_bytes ([\d.e+]+)/m.exec(metrics)?.[1];
  if (!bytes) throw new Error("/metrics says nothing of process_resident_memory_bytes.");
  return Number(bytes) / 1e9;
}

async function enginesAlone(): Promise<number> {
  return Number(await printedBy("engines-alone.ts")) / 1e9;
}
