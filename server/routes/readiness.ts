import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { CloseHistory } from "../../schemas/wire/close-history.ts";
import { EntityReadiness, ReportImpact } from "../../schemas/wire/readiness.ts";
import { entityInScope, judgingOf, type BoardDeps } from "../board-query.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { closeHistory, comparedPeriods } from "../close/close-history.ts";
import { reportImpacts } from "../close/report-impact.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import type { Closing } from "../signoff/look-at.ts";
import { readinessOf } from "../signoff/readiness-of.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Period = z.object({ period: PeriodKey });
const Place = z.object({ period: PeriodKey, entity: z.string() });
const Compared = z.object({ previous: z.coerce.number().int().min(1).max(12).default(6) });
const Impacts = z.object({ reports: z.array(ReportImpact) });
const A_PERIOD = "a period such as 2026-10";

/** An entity's page, the dashboards a close has reached, and a close beside those before it. */
export function readinessRoutes(deps: BoardDeps & Closing): Hono {
  const { permit, collectors, ctx } = deps;
  const memo: BoardMemo = new Map();
  return new Hono()
    .get(
      "/api/v1/close/:period/entities/:entity",
      described({
        tag: "Close",
        summary: "Can this entity close? Every gate with evidence, owner and next act, and the longest way",
        answers: EntityReadiness,
      }),
      permit("board:read"),
      validator("param", Place, expected(`${A_PERIOD} and an entity`)),
      async (c) => {
        const { period, entity } = c.req.valid("param");
        const judging = { ...judgingOf(deps, period), memo };
        return c.json(await readinessOf(deps, judging, entityInScope(deps, c.get("actor"), entity)));
      },
    )
    .get(
      "/api/v1/close/:period/impact",
      described({
        tag: "Close",
        summary: "Dashboards that show numbers they should not, since when and because of what",
        answers: Impacts,
      }),
      permit("board:read"),
      validator("param", Period, expected(A_PERIOD)),
      async (c) => {
        const judging = judgingOf(deps, c.req.valid("param").period);
        const decisions = await decisionsOf(ctx.postgres, judging.period);
        const { entities } = c.get("actor");
        const impacts = reportImpacts({ ...judging, decisions, entities, collectors: collectors(), memo });
        return c.json({ reports: Object.values(impacts) });
      },
    )
    .get(
      "/api/v1/close/:period/history",
      described({
        tag: "Close",
        summary: "A close beside those before it: days to close, deadlines kept, where the time went",
        answers: CloseHistory,
      }),
      permit("board:read"),
      validator("param", Period, expected(A_PERIOD)),
      validator("query", Compared, expected("previous, from 1 to 12")),
      async (c) => {
        const judging = judgingOf(deps, c.req.valid("param").period);
        const { entities } = c.get("actor");
        const input = { ...judging, entities, collectors: collectors(), memo };
        const previous = comparedPeriods(input, judging.period, c.req.valid("query").previous);
        const decided = new Map(
          await Promise.all(
            [judging.period, ...previous].map(async (key) => [key, await decisionsOf(ctx.postgres, key)] as const),
          ),
        );
        return c.json(closeHistory({ ...input, decided }, previous));
      },
    ) as unknown as Hono;
}
