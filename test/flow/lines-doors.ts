import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import type { LineComparison, LineExtract } from "../../schemas/wire/lines.ts";
import { createApp } from "../../server/app.ts";
import type { Actor, Context } from "../../server/context.ts";
import { demand, type Permit } from "../../server/people/permit.ts";
import { lineRoutes } from "../../server/routes/lines.ts";
import { openEmptyClickHouse, type CLICKHOUSE_FORMS } from "../clickhouse.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";
import { smallEstate } from "../small-estate.ts";

/** A second rule declares what happens to lines between the ledger and the plan. */
export const estate = smallEstate({
  mappings: [
    {
      ...{ id: "chart", from: "ledger", to: "plan", dimension: "Account" },
      members: ["400000", "410000"].map((from) => ({ from, to: from.slice(0, 4), validFrom: "2020-01-01" })),
    },
  ],
  rates: [
    {
      ...{ id: "group", title: "Group rates" },
      rates: [{ from: "EUR", to: "USD", period: "2026-10", kind: "average", rate: "1.0875" }],
    },
  ],
  reconciliations: [
    {
      ...{ id: "restated", title: "Ledger to plan", flow: "actuals", legs: ["ledger", "plan"], owner: "accountant" },
      ...{ mappings: ["chart"], filters: [{ leg: "plan", accounts: { from: "400000", to: "699999" } }] },
      translations: [{ leg: "plan", to: "USD", rateSet: "group", rate: "average" }],
    },
  ],
});
export const [LEFT, RIGHT] = estate.datasets.map(({ id }) => id) as [string, string];
const robot = (entities: Actor["entities"]): Actor => ({
  ...{ kind: "key", id: "robot", name: "robot", role: null, entities },
  scopes: ["lines:write", "board:read", "quarantine:resubmit"],
});
export const ENTITY = estate.entities[0]!.id;
const LAYOUT = { key: "company,document,line", dimensions: "account" };

/** The doors of lines over an engine with nothing in it. */
export async function openLines(form: (typeof CLICKHOUSE_FORMS)[number]) {
  const { clickhouse, close } = await openEmptyClickHouse(form);
  const { postgres, stop } = await POSTGRES_ENGINES[0]!.open();
  const directory = mkdtempSync(join(tmpdir(), "tieout-lines-"));
  let now = Date.parse("2026-11-03T08:00:00.000Z");
  const clock = { now: () => new Date((now += 1_000)) };
  const log = pino({ level: "silent" });
  const ctx = { clickhouse, postgres, clock, estate, log, linesDirectory: directory } as unknown as Context;
  const permit: Permit = (scope) => async (c, next) => {
    const actor = robot(c.req.header("x-sees") === "nothing" ? [] : "all");
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  const app = createApp({ log, routes: [lineRoutes({ ctx, permit })], ui: null, maxEventBytes: 1_000_000 });
  const ask = async <T>(path: string, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, { headers });
    return { status: answer.status, body: (await answer.json()) as T & { detail: string; extract: string } };
  };
  const post = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, { method: "POST", body: Buffer.from(body), headers });
    return { status: answer.status, body: (await answer.json()) as LineExtract & { detail: string; extract: string } };
  };
  return {
    ...{ directory, ask, post, ctx },
    async handIn(body: string | Buffer, said: Record<string, string> = {}, headers: Record<string, string> = {}) {
      const place = { dataset: LEFT, entity: ENTITY, period: "2026-10", run: "run-1", format: "csv", ...LAYOUT };
      const query = new URLSearchParams({ ...place, ...said });
      return post(`/api/v1/lines?${query}`, body, headers);
    },
    compare: async (left: string, right: string, more = "") =>
      (await ask<LineComparison>(`/api/v1/lines/compare?left=${left}&right=${right}${more}`)).body,
    async close() {
      await close();
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
