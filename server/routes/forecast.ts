import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { ForecastAnswer, type ForecastRow } from "../../schemas/wire/forecast.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { minutesBetween } from "../checks/moment.ts";
import { closeBoard } from "../close/board.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { backtest, testedPeriods } from "../forecast/backtest.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

/** When will it be done, and how far can that be trusted? */
export function forecastRoutes(deps: BoardDeps): Hono {
  const memo: BoardMemo = new Map();
  return new Hono().get(
    "/api/v1/forecast/:period",
    described({
      tag: "Deadlines",
      summary: "When milestones will probably be met, and how good such forecasts were of earlier closes",
      answers: ForecastAnswer,
    }),
    deps.permit("board:read"),
    validator("param", z.object({ period: PeriodKey }), expected("a period such as 2026-10")),
    async (c) => {
      const judging = judgingOf(deps, c.req.valid("param").period);
      const { entities } = c.get("actor");
      const decisions = await decisionsOf(deps.ctx.postgres, judging.period);
      const rows = closeBoard({ ...judging, decisions, collectors: deps.collectors(), entities, memo });
      const titles = new Map(judging.estate.close.milestones.map(({ id, title }) => [id, title]));
      const open = Object.values(rows)
        .flatMap((row) => (row.kind === "entity" ? row.cells.map((cell) => ({ entity: row.entity, cell })) : []))
        .filter(({ cell }) => cell.state !== "done");
      const told = open.flatMap(({ entity, cell: { milestone, state, deadline, forecast } }): ForecastRow[] => {
        if (!forecast) return [];
        const slackMinutes = minutesBetween(forecast.p90At, deadline.at);
        return [{ entity, milestone, title: titles.get(milestone)!, state, deadline, forecast, slackMinutes }];
      });
      const backtested = testedPeriods(judging, judging.now).filter((key) => key < judging.period);
      return c.json({
        ...{ period: judging.period, at: judging.now.toISOString(), silent: open.length - told.length },
        milestones: told.sort((a, b) => a.slackMinutes - b.slackMinutes),
        ...{ quality: backtest(judging, backtested), backtested },
      });
    },
  ) as unknown as Hono;
}
