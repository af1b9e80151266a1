import { Hono } from "hono";
import * as z from "zod";
import { CloseCalendar } from "../../schemas/estate/calendar.ts";
import { Entity, EstateHead, Runbook } from "../../schemas/estate/estate.ts";
import { Dataset, Flow, Reconciliation, Report } from "../../schemas/estate/flow.ts";
import { System } from "../../schemas/estate/system.ts";
import type { BoardDeps } from "../board-query.ts";
import { inScope } from "../people/in-scope.ts";
import { described } from "./describe.ts";

/** How a system is reached stays inside. */
const ShownSystem = System.omit({ connection: true, settings: true, pollSeconds: true }).extend({
  /** Whether its jobs can be run from here; otherwise it is observed only. */
  drivable: z.boolean(),
});

const Answer = z.object({
  estate: EstateHead,
  entities: z.array(Entity),
  systems: z.array(ShownSystem),
  datasets: z.array(Dataset),
  flows: z.array(Flow),
  reconciliations: z.array(Reconciliation),
  close: CloseCalendar,
  reports: z.array(Report),
  runbooks: z.array(Runbook),
});

/** What the estate declares, as far as it concerns a reader. */
export function estateRoutes(deps: Pick<BoardDeps, "ctx" | "permit">): Hono {
  return new Hono().get(
    "/api/v1/estate",
    described({
      tag: "Estate",
      summary: "Entities, systems, datasets, flows, milestones, reports, runbooks",
      answers: Answer,
    }),
    deps.permit("board:read"),
    (c) => {
      const { estate, entities, systems, datasets, flows, reconciliations, close, reports, runbooks } = deps.ctx.estate;
      return c.json({
        estate,
        entities: entities.filter(({ id }) => inScope(c.get("actor"), id)),
        systems: systems.map(({ id, title, kind, collector, namespace }) => ({
          id,
          title,
          kind,
          collector,
          namespace,
          drivable: deps.ctx.drivers.get(id)?.trigger !== undefined,
        })),
        ...{ datasets, flows, reconciliations, close, reports, runbooks },
      });
    },
  ) as unknown as Hono;
}
