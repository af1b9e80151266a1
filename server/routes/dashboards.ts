import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { DashboardAnswer, DashboardTitle, type Dashboard } from "../../schemas/dashboard.ts";
import { PeriodKey } from "../../schemas/instant.ts";
import { periodInView } from "../close/period-in-view.ts";
import type { Context } from "../context.ts";
import { answerDashboard } from "../dashboards/answer-dashboard.ts";
import { observingOf, type Observing } from "../dashboards/observing.ts";
import { Fault } from "../fault.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Titles = z.object({ dashboards: z.array(DashboardTitle) });

/** Dashboards as the estate's people declared them, with their figures. */
export function dashboardRoutes(deps: {
  ctx: Context;
  permit: Permit;
  collectors: Observing["collectors"];
  dashboards: readonly Dashboard[];
}): Hono {
  const observing = observingOf(deps);
  const { calendars, ctx } = observing;
  return new Hono()
    .get(
      "/api/v1/dashboards",
      described({ tag: "Dashboards", summary: "The dashboards there are", answers: Titles }),
      deps.permit("board:read"),
      (c) =>
        c.json({
          dashboards: deps.dashboards.map(({ id, title, question, audience }) => ({ id, title, question, audience })),
        }),
    )
    .get(
      "/api/v1/dashboards/:id",
      described({ tag: "Dashboards", summary: "A dashboard with its figures for a period", answers: DashboardAnswer }),
      deps.permit("board:read"),
      validator("query", z.object({ period: PeriodKey.optional() }), expected("period, such as 2026-10")),
      async (c) => {
        const id = c.req.param("id");
        const dashboard = deps.dashboards.find((each) => each.id === id);
        if (!dashboard) throw new Fault("not-found", `There is no dashboard ${id}.`);
        const key = c.req.valid("query").period;
        const period = key ? calendars.period(key) : periodInView(calendars, ctx.clock.now());
        if (!period) throw new Fault("not-found", `${ctx.estate.estate.title} has no period ${key}.`);
        return c.json(await answerDashboard(observing, dashboard, period, c.get("actor")));
      },
    ) as unknown as Hono;
}
