import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { FreshnessRow, ReportFreshness } from "../../schemas/wire/freshness.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { freshnessRows, reportFreshness } from "../checks/freshness-rows.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Answer = z.object({ freshness: z.array(FreshnessRow), reports: z.array(ReportFreshness) });

/** Is it in? Per dataset, entity and period, on the data's own watermark. */
export function freshnessRoutes(deps: BoardDeps): Hono {
  return new Hono().get(
    "/api/v1/freshness",
    described({
      tag: "Freshness",
      summary: "Freshness of each dataset a flow fills, and of the reports behind them",
      answers: Answer,
    }),
    deps.permit("board:read"),
    validator("query", z.object({ period: PeriodKey.optional() }), expected("period, such as 2026-10")),
    (c) => {
      const judging = judgingOf(deps, c.req.valid("query").period);
      const { entities } = c.get("actor");
      const freshness = freshnessRows({ ...judging, entities, collectors: deps.collectors() });
      return c.json({ freshness, reports: reportFreshness(judging, freshness) });
    },
  ) as unknown as Hono;
}
