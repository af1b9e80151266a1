import type { TriggerInput, Triggered } from "../../collectors/collector.ts";
import { VendorError } from "../../collectors/collector.ts";
import type { Run } from "../../schemas/run.ts";
import { recoverRequests } from "../../server/requests/recover-requests.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { openRequestTower, sceneEstate } from "../request-scene.ts";

/** A process that carries requests out, to be killed: `node request-worker.ts <database> <vendor> <entities>`. */
const [, , database = "", vendor = "", entities = "1"] = process.argv;

const postgres = await openPostgres({ url: database });
const ask = async <T>(path: string, body: unknown): Promise<T> => {
  const response = await fetch(`${vendor}/${path}`, { method: "POST", body: JSON.stringify(body) }).catch(() => null);
  if (!response) throw new VendorError("unreachable", "no connection");
  const answer = (await response.json()) as T & { code?: VendorError["code"]; message?: string };
  if (!response.ok) throw new VendorError(answer.code ?? "unreachable", answer.message ?? "");
  return answer;
};
const tower = await openRequestTower(postgres, sceneEstate(Number(entities)), {
  trigger: (input: TriggerInput) => ask<Triggered>("trigger", input),
  cancel: async () => {},
});
await recoverRequests(tower.ctx);
process.stdout.write("ready\n");
for (;;) {
  const { runs } = await ask<{ runs: Run[] }>("runs", {}).catch(() => ({ runs: [] }));
  for (const run of runs) tower.hear(run);
  await new Promise((wait) => setTimeout(wait, 100));
}
