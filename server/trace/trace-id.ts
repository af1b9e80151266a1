import type { Trace } from "../../schemas/wire/trace.ts";
import { runIdOf } from "../../collectors/run-id.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { correlationMembers, correlationsOf, jobsOfRuns, runsNaming } from "../store/clickhouse/trace.ts";
import { traceBatch, type TraceContext } from "./trace-batch.ts";
import { FOLLOWED } from "./evidence.ts";

/**
 * The way of a correlation ID; or, given any other name of a run (its id, its vendor's key, a message, a file, a batch), of
 * the batch that run belongs to.
 */
export async function traceId(
  ctx: TraceContext,
  actor: Actor,
  asked: { id: string; knownAt: string | null; raw: boolean },
): Promise<Trace> {
  const { id } = asked;
  const { clickhouse, estate } = ctx;
  const members = await clickhouse.ask(correlationMembers, { correlationId: id });
  if (members.length > 0) return traceBatch(ctx, actor, { ...asked, correlationId: id, members, keys: [] });
  const vendorIds = estate.systems.map(({ namespace }) => runIdOf(namespace, id));
  const [byId, named] = await Promise.all([
    clickhouse.ask(jobsOfRuns, { runIds: [id, ...vendorIds] }),
    clickhouse.ask(runsNaming, { names: [id], kinds: [...FOLLOWED], most: 20 }),
  ]);
  const keys = byId.length > 0 ? byId : named;
  if (keys.length === 0) throw new Fault("not-found", `Nothing is known of ${id}.`);
  return traceBatch(ctx, actor, { ...asked, correlationId: await carriedBy(ctx, keys), keys });
}

/** The ID a run carries, by which the rest of its batch is found; null for none, or for one whose data holds many. */
async function carriedBy({ clickhouse }: TraceContext, keys: readonly { runId: string }[]): Promise<string | null> {
  const ids = await clickhouse.ask(correlationsOf, { runId: keys[0]!.runId });
  return ids.length === 1 ? ids[0]!.correlationId : null;
}
