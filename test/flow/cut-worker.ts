import pino from "pino";
import { signedRun } from "../../collectors/signed-event.ts";
import type { Run } from "../../schemas/run.ts";
import { openIngest } from "../../server/ingest/open-ingest.ts";
import { createMetrics } from "../../server/metrics.ts";
import { hearNews } from "../../server/processes/hear-news.ts";
import { openProcesses } from "../../server/processes/open-processes.ts";
import { createFollowing } from "../../server/requests/follow-runs.ts";
import { recoverRequests } from "../../server/requests/recover-requests.ts";
import { beginWatch } from "../../server/requests/watch-requests.ts";
import { openClickHouse } from "../../server/store/clickhouse.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { tellOthers } from "../../server/share-work.ts";
import { openRequestTower, sceneEstate } from "../request-scene.ts";
import { lastOf, vendorBehind } from "./vendor-door.ts";

/** A process that carries requests out beside others, over engines that are cut off: `node cut-worker.ts <places>`. */
export interface Places {
  postgres: string;
  clickhouse: string;
  vendor: string;
  entities: number;
}

const EVERY = 200;
const places = JSON.parse(process.argv[2] ?? "{}") as Places;
const clock = { now: () => new Date() };
const log = pino({ level: process.env.LOG_LEVEL ?? "silent" }, pino.destination(2));
const metrics = createMetrics();
const postgres = await openPostgres({ url: places.postgres });
const opening = { clock, log, metrics, journal: null, maxEventBytes: 1_000_000, onStop: () => {} };
const { facts, ingest, clickhouse } = await openIngest({
  ...opening,
  clickhouse: await openClickHouse({ url: places.clickhouse }),
});
const reread = () => facts.load(clickhouse, new Date(0));
const processes = await openProcesses({ postgres, log, metrics, several: true, vanished: () => void reread() });
const vendor = vendorBehind(places.vendor);
const { ctx } = await openRequestTower(
  postgres,
  sceneEstate(places.entities, { perMinute: 60_000, concurrency: 4 }),
  vendor,
  {
    ...{ facts, clickhouse, log },
    accept: async (events, source) => void (await ingest.acceptEvents(events, source)),
  },
);
const follow = createFollowing(ctx);
ingest.onAccepted((rows) => follow(rows.filter(({ kind }) => kind === "run").map(({ runId }) => runId)));
tellOthers({ ingest }, processes);
const idle = {
  checkpoints: { arrived: () => {}, load: async () => {} },
  incidents: { look: () => {}, news: () => {} },
};
const rooms = { ctx, ...idle } as unknown as Parameters<typeof hearNews>[0]["rooms"];
await processes.news?.start(
  hearNews({ rooms, facts, touchHere: () => {}, dismissHere: () => {}, hurryHere: () => {}, follow, reread }),
);

/** Reads the vendor's runs again and again, as a collector does: from a cursor that moves once they are accepted. */
let reading: NodeJS.Timeout | null = null;
let since = "";
const read = async () => {
  const runs = await vendor.runs(since).catch(() => []);
  const taken = runs.length === 0 || (await ingest.acceptEvents(runs.map(eventOf), "vendor").catch(() => null));
  if (taken) since = lastOf(runs, since);
  if (reading) reading = setTimeout(() => void read(), EVERY);
};
const collect = {
  ...{ name: "collect plan", kind: "collect" },
  begin: () => void (reading ??= setTimeout(() => void read(), EVERY)),
  end() {
    if (reading) clearTimeout(reading);
    reading = null;
  },
};
await processes.leases.start([collect]);
await recoverRequests(ctx);
await beginWatch(ctx);
process.stdout.write("ready\n");

function eventOf({ runId, jobNamespace, jobName, state, lastEventAt, error, targets }: Run): object {
  const eventType =
    ({ COMPLETED: "COMPLETE", FAILED: "FAIL", ABORTED: "ABORT" } as const)[state as "COMPLETED"] ?? "START";
  return signedRun("urn:tieout:collector:plan", {
    ...{ eventType, at: lastEventAt, runId, job: { namespace: jobNamespace, name: jobName }, inputs: [] },
    facets: { errorMessage: error ? { message: error, programmingLanguage: "none" } : undefined },
    outputs: targets.map(({ namespace, name, entity, period }) => ({
      ...{ namespace, name },
      facets: { tieout_position: { positions: [{ entity, ledger: "0L", period, version: "actual" }] } },
    })),
  });
}
