import { recoverRequests } from "../../server/requests/recover-requests.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { openRequestTower, sceneEstate } from "../request-scene.ts";
import { lastOf, vendorBehind } from "./vendor-door.ts";

/** A process that carries requests out, to be killed: `node request-worker.ts <database> <vendor> <entities>`. */
const [, , database = "", address = "", entities = "1"] = process.argv;

const postgres = await openPostgres({ url: database });
const vendor = vendorBehind(address);
const tower = await openRequestTower(postgres, sceneEstate(Number(entities)), vendor);
await recoverRequests(tower.ctx);
process.stdout.write("ready\n");
for (let since = ""; ;) {
  const runs = await vendor.runs(since).catch(() => []);
  for (const run of runs) tower.hear(run);
  since = lastOf(runs, since);
  await new Promise((wait) => setTimeout(wait, 100));
}
