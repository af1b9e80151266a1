import { vendorKeyOf } from "../../collectors/run-id.ts";
import type { Run } from "../../schemas/run.ts";
import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Context } from "../context.ts";
import { declaredEdges } from "../lineage/declared.ts";
import { runbookGuides } from "../runbooks/runbook-guides.ts";
import { signoffRows } from "../signoff/signoff-rows.ts";
import { freezesNow } from "./freezes.ts";
import { planGraph, type PlanGraph } from "./planning/plan-graph.ts";
import type { PlanWorld, Wish } from "./planning/world.ts";

const declared = new WeakMap<Context["estate"], PlanGraph>();

/** The world a wish is planned in, as it is now. */
export async function planningWorld(ctx: Context, wish: Wish): Promise<PlanWorld> {
  const { estate, facts } = ctx;
  const calendars = calendarsOf(estate);
  const now = ctx.clock.now();
  const signoffs: SignoffRow[] = [];
  for (const period of wish.periods) signoffs.push(...Object.values(await signoffRows(ctx.postgres, period, "all")));
  return {
    ...{ estate, calendars, facts, now, signoffs, graph: graphFor(ctx) },
    freezes: await freezesNow(ctx.postgres, estate, calendars, now),
    drivable: new Map(
      [...ctx.drivers].map(([id, { trigger, rerun }]) => [
        id,
        { trigger: trigger !== undefined, rerun: rerun !== undefined },
      ]),
    ),
    vendorKeys: vendorKeys(ctx, wish),
    runbooks: runbookGuides(estate),
  };
}

/** What the estate declares; what was seen beside it joins no loads the estate does not know how to run. */
function graphFor({ estate }: Context): PlanGraph {
  const known = declared.get(estate) ?? planGraph(declaredEdges(estate));
  declared.set(estate, known);
  return known;
}

/** The vendors' own keys of runs that could be run again, as far as this process has met them. */
function vendorKeys(ctx: Context, wish: Wish): Map<string, string> {
  const runs = wish.runs ? wish.runs.flatMap((id) => ctx.facts.run(id) ?? []) : latestRuns(ctx, wish);
  return new Map(
    runs.flatMap(({ runId }) => {
      const key = vendorKeyOf(runId);
      return key === null ? [] : [[runId, key] as const];
    }),
  );
}

function latestRuns({ estate, facts }: Context, wish: Wish): Run[] {
  if (wish.act !== "replay" && wish.act !== "resubmit") return [];
  const index = indexOf(estate);
  return estate.flows
    .filter(({ id }) => wish.flow === undefined || wish.flow === id)
    .flatMap((flow) =>
      flow.hops.flatMap(({ dataset }) =>
        wish.entities
          .filter((entity) => serves(flow, entity))
          .flatMap((entity) =>
            wish.periods.flatMap((period) => facts.runsInto(index.name(dataset), entity, period)[0] ?? []),
          ),
      ),
    );
}
