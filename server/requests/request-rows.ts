import type { RequestRow } from "../../schemas/wire/live.ts";
import type { Actor, Context } from "../context.ts";
import { requestPage, type StoredRequest } from "../store/postgres/requests.ts";

/** The live topic shows this many, newest first. */
const NEWEST = 200;

/** Rows of the topic `requests` for those who may see these entities. */
export async function requestRows(ctx: Context, entities: Actor["entities"]): Promise<Record<string, RequestRow>> {
  const rows = await ctx.postgres.ask(requestPage, {
    before: null,
    limit: NEWEST,
    entities: entities === "all" ? null : [...entities],
    flow: null,
    period: null,
    state: null,
  });
  return Object.fromEntries(rows.map((row) => [row.id, requestRow(row)]));
}

/** A request as it goes over the wire. */
export function requestRow(stored: StoredRequest): RequestRow {
  const { requestedById: _, vendorRunKey: _key, jobName: _job, dispatchedAt: _at, heldUntil: _held, ...row } = stored;
  return { kind: "request", ...row };
}
