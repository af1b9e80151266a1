import type { RequestRow } from "../../schemas/wire/live.ts";
import type { Actor, Context } from "../context.ts";
import { requestPage, type CountedRequest } from "../store/postgres/requests.ts";

/** The live topic shows this many, newest first. */
const NEWEST = 200;

/** Rows of the topic `requests` for those who may see these entities. */
export async function requestRows(
  ctx: Pick<Context, "postgres">,
  entities: Actor["entities"],
): Promise<Record<string, RequestRow>> {
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
export function requestRow(stored: CountedRequest): RequestRow {
  const {
    id,
    act,
    title,
    class: of,
    flow,
    entity,
    period,
    dataset,
    entities,
    state,
    requestedBy,
    requestedAt,
  } = stored;
  const { changedAt, reason, correlationId, runId, outcome, heldBy, schedule, stepsTotal } = stored;
  return {
    kind: "request",
    ...{
      id,
      act,
      title,
      class: of,
      flow,
      entity,
      period,
      dataset,
      entities,
      state,
      requestedBy,
      requestedAt,
      changedAt,
    },
    ...{ reason, correlationId, runId, outcome, heldBy, schedule },
    progress: {
      total: stepsTotal,
      done: stored.stepsDone,
      underWay: stored.stepsUnderWay,
      asking: stored.stepsAsking,
      failed: stored.stepsFailed,
    },
    approval: {
      needed: stored.approvalsNeeded,
      given: stored.approvalsGiven,
      expiresAt: state === "waiting" ? stored.expiresAt : null,
      brokenGlass: stored.brokenGlass,
    },
  };
}
