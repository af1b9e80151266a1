import type { RequestRow } from "../../schemas/wire/live.ts";
import type { Context } from "../context.ts";
import { periodsAsked, type Sight } from "../people/in-periods.ts";
import { requestPage, type CountedRequest } from "../store/postgres/requests.ts";

/** The live topic shows this many, newest first. */
const NEWEST = 200;

/** Rows of the topic `requests` for those who see these entities and periods. */
export async function requestRows(ctx: Pick<Context, "postgres">, sight: Sight): Promise<Record<string, RequestRow>> {
  const rows = await ctx.postgres.ask(requestPage, {
    before: null,
    limit: NEWEST,
    entities: sight.entities === "all" ? null : [...sight.entities],
    sight: periodsAsked(sight),
    flow: null,
    period: null,
    state: null,
  });
  return Object.fromEntries(rows.map((row) => [row.id, requestRow(row)]));
}

/** A request as it goes over the wire. */
export function requestRow(stored: CountedRequest): RequestRow {
  return {
    kind: "request",
    id: stored.id,
    act: stored.act,
    title: stored.title,
    class: stored.class,
    flow: stored.flow,
    entity: stored.entity,
    period: stored.period,
    dataset: stored.dataset,
    entities: stored.entities,
    state: stored.state,
    requestedBy: stored.requestedBy,
    requestedAt: stored.requestedAt,
    changedAt: stored.changedAt,
    reason: stored.reason,
    correlationId: stored.correlationId,
    runId: stored.runId,
    outcome: stored.outcome,
    heldBy: stored.heldBy,
    schedule: stored.schedule,
    progress: {
      total: stored.stepsTotal,
      done: stored.stepsDone,
      underWay: stored.stepsUnderWay,
      asking: stored.stepsAsking,
      failed: stored.stepsFailed,
    },
    approval: {
      needed: stored.approvalsNeeded,
      given: stored.approvalsGiven,
      expiresAt: stored.state === "waiting" ? stored.expiresAt : null,
      brokenGlass: stored.brokenGlass,
    },
  };
}
