import type { Context } from "../context.ts";
import { stepsOf } from "../store/postgres/requests-steps.ts";
import { requestById } from "../store/postgres/requests.ts";
import { requestEvents } from "./request-events.ts";

/** Writes a request's own runs into the lineage, as far as they have come; all its steps where none are named. */
export async function tellRequest(ctx: Context, id: string, steps?: readonly string[]): Promise<void> {
  const [request] = await ctx.postgres.ask(requestById, { id });
  if (!request) return;
  const told = await ctx.postgres.ask(stepsOf, { requestId: id, steps: steps ? [...steps] : null });
  const namespaces = new Map(ctx.estate.systems.map((system) => [system.id, system.namespace]));
  const within = { estate: ctx.estate.estate.name, namespaceOf: (system: string) => namespaces.get(system) ?? null };
  const events = told.flatMap((step) => requestEvents(request, step, within));
  if (events.length > 0) await ctx.accept(events, "tieout:requests");
}
