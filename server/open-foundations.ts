import { join } from "node:path";
import type { Logger } from "pino";
import { collectors } from "../collectors/index.ts";
import type { StartedSandbox } from "../sandbox/start-sandbox.ts";
import { openLog } from "./audit/open-log.ts";
import { backedUpBefore } from "./backup/before-upgrade.ts";
import { calendarsInForce } from "./close/calendars-in-force.ts";
import { useCalendars } from "./close/calendars.ts";
import { openSources } from "./collect/open-sources.ts";
import type { Clock } from "./context.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { loadEstate, type LoadedEstate } from "./estate/load-estate.ts";
import { recordEstate } from "./estate/record-estate.ts";
import { recordedEstates } from "./estate/recorded-estates.ts";
import { openIngest } from "./ingest/open-ingest.ts";
import { followedLineage } from "./lineage-answers/open-lineage.ts";
import { listen } from "./listen.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { openAlerting } from "./notify/open-alerting.ts";
import type { Options } from "./options.ts";
import { openPeople } from "./people/people.ts";
import { sessionSecret } from "./people/secret.ts";
import type { Say } from "./say.ts";
import { openStores } from "./store/open-stores.ts";

export interface Start {
  options: Options;
  environment: Record<string, string | undefined>;
  /** The project's folder; the built console lies below it. */
  root: string;
  /** Whether a person watches a terminal. */
  terminal: boolean;
  say: Say;
}

export type Foundations = Awaited<ReturnType<typeof openFoundations>>;

/** Opens what everything else stands on, in order: estate, log, port, sandbox, systems, engines, what is known, people. */
export async function openFoundations(
  { options, environment, terminal, say }: Start,
  onStop: (close: () => unknown) => void,
) {
  const loaded = loadEstate(options.estate);
  const { estate } = loaded;
  onStop(lockDataDirectory(options.data));
  const log = createLog({ directory: options.data, level: options.logLevel, terminal });
  const door = await listen(options.host, options.port);
  onStop(door.close);
  const metrics = createMetrics();
  const sandbox = options.sandbox ? await say.step("Sandbox", () => openSandbox(loaded, options, log)) : null;
  if (sandbox) onStop(() => sandbox.stop());
  const clock: Clock = sandbox?.clock ?? { now: () => new Date() };
  const connections = connectionsOf(sandbox);
  const sources = openSources({ systems: estate.systems, collectors, connections, environment, clock, log, metrics });
  const { clickhouse: engine, postgres } = await openStores(options, say, backedUpBefore(options, say));
  onStop(() => postgres.close());
  onStop(() => engine.close());
  await recordEstate(postgres, clock, loaded);
  const audit = await openLog(postgres, { clock, estate, environment, dataDirectory: options.data });
  const versions = await recordedEstates(postgres, loaded, log);
  useCalendars(estate, calendarsInForce(estate, versions));

  const { maxEventBytes } = options;
  const journal = options.clickhouseUrl ? null : join(options.data, "journal");
  const { facts, ingest, clickhouse } = await say.step("What is known", () =>
    openIngest({
      ...{ clickhouse: engine, journal, clock, log, metrics, maxEventBytes, onStop },
      quotas: estate.quotas,
    }),
  );
  const lineage = await followedLineage(clickhouse, versions, ingest);
  const publicUrl = environment.TIEOUT_URL ?? door.url;
  const people = await openPeople({
    ...{ postgres, clock, estate, log, environment, publicUrl },
    ...{ dataDirectory: options.data, adminKey: options.adminKey },
    demo: sandbox !== null && isLoopback(options.host),
  });
  const secret = sessionSecret(environment.TIEOUT_SECRET, options.data);
  const alerting = openAlerting({ estate, environment, publicUrl, secret });
  return {
    ...{ estate, log, door, metrics, sandbox, clock, sources, clickhouse, postgres, audit },
    ...{ facts, ingest, lineage, people, alerting },
  };
}

async function openSandbox({ estate }: LoadedEstate, options: Options, log: Logger): Promise<StartedSandbox> {
  // Only the demo needs the simulation's code.
  const { startSandbox } = await import("../sandbox/start-sandbox.ts");
  return startSandbox({ estate, dataDirectory: options.data, log });
}

function connectionsOf(sandbox: StartedSandbox | null): Record<string, Record<string, string>> {
  return Object.fromEntries(Object.entries(sandbox?.systems ?? {}).map(([id, { connection }]) => [id, connection]));
}

function isLoopback(host: string): boolean {
  return ["127.0.0.1", "::1", "localhost"].includes(host);
}
