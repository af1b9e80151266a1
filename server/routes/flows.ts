import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { FlowStrip } from "../../schemas/wire/flow-strip.ts";
import type { RequestRow } from "../../schemas/wire/live.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { flowStrips } from "../checks/flow-strips.ts";
import type { Actor } from "../context.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Answer = z.object({ flows: z.array(FlowStrip) });

export interface FlowDeps extends BoardDeps {
  /** The newest requests for entities somebody may see. */
  requests(entities: Actor["entities"]): Promise<RequestRow[]>;
}

/** Every flow for every entity in scope, what needs a person first. */
export function flowRoutes(deps: FlowDeps): Hono {
  return new Hono().get(
    "/api/v1/flows",
    described({ tag: "Flows", summary: "Flows of a period as strips, worst first", answers: Answer }),
    deps.permit("board:read"),
    validator("query", z.object({ period: PeriodKey.optional() }), expected("period, such as 2026-10")),
    async (c) => {
      const { entities } = c.get("actor");
      const judging = judgingOf(deps, c.req.valid("query").period);
      const requests = await deps.requests(entities);
      const strips = flowStrips({ ...judging, requests, entities, collectors: deps.collectors() });
      return c.json({ flows: Object.values(strips).sort((a, b) => b.weight - a.weight) });
    },
  ) as unknown as Hono;
}
