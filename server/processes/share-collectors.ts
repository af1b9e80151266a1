import type { Logger } from "pino";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import { collectorRows, saveCollectorRow } from "../store/postgres/collector-rows.ts";
import type { Postgres } from "../store/postgres.ts";

const EVERY = 2_000;

export interface SharedCollectors {
  postgres: Pick<Postgres, "ask">;
  log: Logger;
  /** Systems this process reads now, with their rows. */
  own(): readonly CollectorRow[];
}

/** Says how the collectors of this process are, and learns of the others'; rows by system. Answers how to stop. */
export function shareCollectors({ postgres, log, own }: SharedCollectors) {
  const told = new Map<string, string>();
  const others = new Map<string, CollectorRow>();
  const share = async () => {
    const mine = new Set<string>();
    for (const row of own()) {
      mine.add(row.system);
      const body = JSON.stringify(row);
      if (told.get(row.system) === body) continue;
      await postgres.ask(saveCollectorRow, { system: row.system, body });
      told.set(row.system, body);
    }
    for (const { body } of await postgres.ask(collectorRows, {})) {
      if (mine.has(body.system)) others.delete(body.system);
      else others.set(body.system, body);
    }
  };
  let work: Promise<void> = Promise.resolve();
  const look = () =>
    (work = work.then(share).catch((error: unknown) => log.error({ err: error }, "collectors could not be shared")));
  const timer = setInterval(() => void look(), EVERY);
  timer.unref();
  return {
    others: (): ReadonlyMap<string, CollectorRow> => others,
    look,
    async stop() {
      clearInterval(timer);
      await work;
    },
  };
}
