import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { CalendarPreview } from "../../schemas/wire/calendar-preview.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { calendarPreview } from "../close/calendar-preview.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

/** What the calendars make of a period, before anything has happened in it. */
export function calendarRoutes(deps: Pick<BoardDeps, "ctx" | "permit">): Hono {
  return new Hono().get(
    "/api/v1/calendar/:period",
    described({
      tag: "Deadlines",
      summary: "Every instant the calendars resolve for a period, with zone, work day, calendar version and why",
      answers: CalendarPreview,
    }),
    deps.permit("board:read"),
    validator("param", z.object({ period: PeriodKey }), expected("a period such as 2026-10")),
    (c) => {
      const { estate, calendars, period } = judgingOf(deps, c.req.valid("param").period);
      return c.json(calendarPreview({ estate, calendars, period, entities: c.get("actor").entities }));
    },
  ) as unknown as Hono;
}
