import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "../../server/app.ts";
import { openLog } from "../../server/audit/open-log.ts";
import type { Context } from "../../server/context.ts";
import { demand, type Permit } from "../../server/people/permit.ts";
import { auditRoutes } from "../../server/routes/audit.ts";
import { evidenceRoutes } from "../../server/routes/evidence.ts";
import { smallEstate } from "../small-estate.ts";
import { folders } from "../tiny-estate.ts";
import { openReconcilingTower, PEOPLE, type Who } from "./reconciling-tower.ts";

/** Reconciliations over real engines with the audit log and evidence behind their doors; who asks is named in a header. */
export async function openEvidenceTower() {
  const made = folders();
  const directory = made.make("evidence");
  const tower = await openReconcilingTower(smallEstate());
  const { postgres, estate, clock, log } = tower.ctx;
  const audit = await openLog(postgres, { clock, estate, environment: {}, dataDirectory: directory });
  /** Packs handed to the queue, by their ids. */
  const queued: string[] = [];
  const enqueue: Context["enqueue"] = async (_task, payload) => void queued.push((payload as { id: string }).id);
  const ctx: Context = { ...tower.ctx, audit, evidenceDirectory: join(directory, "evidence"), enqueue };
  mkdirSync(ctx.evidenceDirectory);
  const permit: Permit = (scope) => async (c, next) => {
    const actor = PEOPLE[c.req.header("x-who") as Who];
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  const routes = [evidenceRoutes({ ctx, permit }), auditRoutes({ ctx, permit })];
  const app = createApp({ log, routes, ui: null, maxEventBytes: 1024 * 1024 });
  return {
    ...{ ctx, made, queued, loads: tower.loads, check: tower.check },
    ask: async (who: Who, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> =>
      app.request(`/api/v1${path}`, {
        method: body ? "POST" : "GET",
        headers: { "x-who": who, "content-type": "application/json", ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    async json<T>(who: Who, path: string, body?: object): Promise<T> {
      return (await (await this.ask(who, path, body)).json()) as T;
    },
    async close() {
      await tower.close();
      made.remove();
    },
  };
}
