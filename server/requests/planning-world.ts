import { vendorKeyOf } from "../../collectors/run-id.ts";
import type { Run } from "../../schemas/run.ts";
import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Context } from "../context.ts";
import { declaredEdges } from "../lineage/declared.ts";
import { graphAt, type Direction } from "../lineage/graph-at.ts";
import type { NodeId } from "../lineage/node-id.ts";
import { runbookGuides } from "../runbooks/runbook-guides.ts";
import { signoffRows } from "../signoff/signoff-rows.ts";
import { freezesNow } from "./freezes.ts";
import { planGraph, type PlanGraph } from "./planning/plan-graph.ts";
import type { PlanWorld, Wish } from "./planning/world.ts";

/** The world a wish is planned in, as it is now. */
export async function planningWorld(ctx: Context, wish: Wish): Promise<PlanWorld> {
  const { estate, facts } = ctx;
  const calendars = calendarsOf(estate);
  const now = ctx.clock.now();
  const signoffs: SignoffRow[] = [];
  for (const period of wish.periods) signoffs.push(...Object.values(await signoffRows(ctx.postgres, period, "all")));
  return {
    ...{ estate, calendars, facts, now, signoffs, graph: currentGraph(ctx), declared: declaredGraph(ctx) },
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

const graphs = new WeakMap<Context["estate"], PlanGraph>();

/** What the estate declares, made once. */
function declaredGraph({ estate }: Context): PlanGraph {
  const known = graphs.get(estate) ?? planGraph(declaredEdges(estate));
  graphs.set(estate, known);
  return known;
}

/** The lineage as it is now: steps declared, and seen in events and still in force. */
function currentGraph({ lineage, clock }: Context): PlanGraph {
  const asOf = { effectiveAt: clock.now().getTime(), knownAt: Infinity };
  const graph = graphAt(lineage.index, lineage.declaredAt(asOf).steps, asOf);
  const beside = (node: NodeId, direction: Direction) => {
    const ref = lineage.index.find(node);
    return ref === null ? [] : [...new Set(graph.neighbours(ref, direction))].map((other) => graph.id(other));
  };
  return { into: (node) => beside(node, "upstream"), outOf: (node) => beside(node, "downstream") };
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
