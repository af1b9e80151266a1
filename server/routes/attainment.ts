import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { Attainment } from "../../schemas/wire/attainment.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { attainments, type AttainmentMemo } from "../checks/attainment.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Answer = z.object({ attainment: z.array(Attainment) });
/** Periods answered at most, the newest. */
const MOST = 13;

/** Do flows keep what was agreed? Attainment and error budget of each flow, period by period. */
export function attainmentRoutes(deps: Pick<BoardDeps, "ctx" | "permit">): Hono {
  const memo: AttainmentMemo = new Map();
  return new Hono().get(
    "/api/v1/attainment",
    described({
      tag: "Deadlines",
      summary: "Loads met, late and missed against each flow's objective, oldest period first",
      answers: Answer,
    }),
    deps.permit("board:read"),
    validator("query", z.object({ period: PeriodKey.optional() }), expected("period, such as 2026-10")),
    (c) => {
      const asked = c.req.valid("query").period;
      const judging = judgingOf(deps, asked);
      const known = judging.facts.periods().filter((key) => judging.calendars.period(key) !== null);
      const periods = asked ? [asked] : known.slice(-MOST);
      const { entities } = c.get("actor");
      return c.json({ attainment: attainments({ ...judging, entities, memo }, periods) });
    },
  ) as unknown as Hono;
}
