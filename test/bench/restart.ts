import { rm } from "node:fs/promises";
import { startServer } from "../server-process.ts";
import { atMost, defineBench } from "./bench.ts";
import { writeBenchEstate } from "./estate.ts";
import { grownData } from "./grown.ts";

const EVENTS = 1_000_000;
const FULL = 10_000_000;

export const restart = defineBench({
  name: "restart",
  title: `from starting a process killed with kill -9 until it is ready, over ${EVENTS.toLocaleString("en")} events, with --full over ${FULL.toLocaleString("en")}`,
  unit: "s",
  goal: atMost(10),
  reference: "the same over none",
  async run({ full, say }) {
    const estate = await writeBenchEstate();
    const options = { sandbox: false, estate: estate.directory, env: estate.env };
    const data = await grownData(estate, full ? FULL : EVENTS, say);
    const none = await grownData(estate, 0, say);
    try {
      const again = async (folder: string) => {
        await (await startServer({ ...options, data: folder })).kill();
        const server = await startServer({ ...options, data: folder });
        await server.stop();
        return server.readyAfter / 1000;
      };
      const reference = await again(none);
      return { value: await again(data), reference };
    } finally {
      for (const folder of [data, none, estate.directory]) await rm(folder, { recursive: true, force: true });
    }
  },
});
