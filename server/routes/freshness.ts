import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import { FreshnessState } from "../../schemas/wire/flow-strip.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { freshnessRows } from "../checks/freshness-rows.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Row = z.object({
  dataset: z.string(),
  title: z.string(),
  flow: z.string(),
  entity: z.string(),
  period: PeriodKey,
  state: FreshnessState,
  completeThrough: Instant.nullable(),
  ageMinutes: z.int().nullable(),
  /** The first expected load whose data has not arrived. */
  overdueSince: Instant.nullable(),
  nextDueAt: Instant.nullable(),
});
const Answer = z.object({ freshness: z.array(Row) });

/** Is it in? Per dataset, entity and period, on the data's own watermark. */
export function freshnessRoutes(deps: Pick<BoardDeps, "ctx" | "permit">): Hono {
  return new Hono().get(
    "/api/v1/freshness",
    described({ tag: "Freshness", summary: "Freshness of each dataset a flow fills", answers: Answer }),
    deps.permit("board:read"),
    validator("query", z.object({ period: PeriodKey.optional() }), expected("period, such as 2026-10")),
    (c) => {
      const judging = judgingOf(deps, c.req.valid("query").period);
      return c.json({ freshness: freshnessRows({ ...judging, entities: c.get("actor").entities }) });
    },
  ) as unknown as Hono;
}
