import type { Context } from "../context.ts";
import { requestById } from "../store/postgres/requests.ts";
import { requestEvents } from "./request-events.ts";

/** Writes a dispatched request's own run into the lineage, as far as it has come. */
export async function tellRequest(ctx: Context, id: string): Promise<void> {
  const [request] = await ctx.postgres.ask(requestById, { id });
  if (!request) return;
  const dataset = ctx.estate.datasets.find((candidate) => candidate.id === request.dataset);
  const system = ctx.estate.systems.find((candidate) => candidate.id === dataset?.system);
  if (!system) return;
  const events = requestEvents(request, { estate: ctx.estate.estate.name, namespace: system.namespace });
  if (events.length > 0) await ctx.accept(events, "tieout:requests");
}
