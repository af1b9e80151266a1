import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { copyPlayedDemo } from "../browser/played-demo.ts";
import { defineBench, ratioAtMost } from "./bench.ts";
import { printedBy } from "./printed-by.ts";

const Printed = z.object({ events: z.coerce.number(), text: z.coerce.number(), bytes: z.coerce.number() });

export const disk = defineBench({
  name: "disk",
  title: "bytes an event of the demo's three closes takes on disk, in every table but those of lines, merged",
  unit: "bytes",
  goal: ratioAtMost(0.25),
  reference: "the bytes of its text",
  async run({ say }) {
    const data = await copyPlayedDemo("begun");
    try {
      const told = await printedBy("disk-of-folder.ts", join(data, "clickhouse"));
      const { events, text, bytes } = Printed.parse(JSON.parse(told));
      say(`${events.toLocaleString("en")} events`);
      return { value: bytes / events, reference: text / events };
    } finally {
      await rm(dirname(data), { recursive: true, force: true });
    }
  },
});
