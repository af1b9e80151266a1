import { defineCollector } from "../collector.ts";
import { deliveriesIn } from "./deliveries.ts";
import { openDoor } from "./door.ts";
import { pullFiles, type Cursor } from "./pull.ts";
import { Settings } from "./settings.ts";

/** Managed file exchange: what is delivered into a watched folder, over SFTP or over HTTPS. Files are only read. */
export const fileExchange = defineCollector<typeof Settings, Cursor>({
  id: "file-exchange",
  title: "File exchange",
  capabilities: ["list-runs", "counts", "control-totals"],
  settings: Settings,
  connection: { url: "where the files lie: file:///srv/inbox, sftp://host:22/inbox or https://host/inbox" },
  optional: {
    user: "the user of SFTP or HTTPS",
    secret: "that user's password; for SFTP also a private key in PEM",
  },
  open(system, tools) {
    const door = openDoor(system, tools);
    const { settings } = system;
    return {
      async check() {
        const entries = (await Promise.all(settings.folders.map((folder) => door.list(folder)))).flat();
        await door.close();
        const deliveries = deliveriesIn(entries, settings);
        const silent = settings.feeds.filter((feed) => !deliveries.some((delivery) => delivery.feed === feed));
        return {
          sees: [`${entries.length} files, of them ${deliveries.length} deliveries`],
          warnings: silent.map(({ file }) => `no file is named like ${file}`),
        };
      },
      async pull(cursor) {
        try {
          return await pullFiles(cursor, system, door, tools);
        } finally {
          await door.close();
        }
      },
    };
  },
});
