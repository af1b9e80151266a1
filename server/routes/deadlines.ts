import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import { BoardCell, Deadline } from "../../schemas/wire/board.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import { closeBoard } from "../close/board.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Row = z.object({
  entity: z.string(),
  milestone: z.string(),
  title: z.string(),
  deadline: Deadline,
  state: BoardCell.shape.state,
  timing: BoardCell.shape.timing,
  metAt: Instant.nullable(),
  why: z.string(),
});
const Answer = z.object({ period: PeriodKey, deadlines: z.array(Row) });

/** Is it on time? Every deadline with the instant it resolves to, what it was resolved from, and how it stands. */
export function deadlineRoutes(deps: BoardDeps): Hono {
  return new Hono().get(
    "/api/v1/deadlines",
    described({ tag: "Deadlines", summary: "Resolved deadlines of a period, earliest first", answers: Answer }),
    deps.permit("board:read"),
    validator("query", z.object({ period: PeriodKey.optional() }), expected("period, such as 2026-10")),
    async (c) => {
      const judging = judgingOf(deps, c.req.valid("query").period);
      const { entities } = c.get("actor");
      const decisions = await decisionsOf(deps.ctx.postgres, judging.period);
      const rows = closeBoard({ ...judging, decisions, collectors: deps.collectors(), entities });
      const titles = new Map(judging.estate.close.milestones.map(({ id, title }) => [id, title]));
      const deadlines = Object.values(rows)
        .flatMap((row) => (row.kind === "entity" ? row.cells.map((cell) => ({ entity: row.entity, cell })) : []))
        .map(({ entity, cell: { milestone, deadline, state, timing, metAt, why } }) => {
          return { entity, milestone, title: titles.get(milestone)!, deadline, state, timing, metAt, why };
        })
        .sort((a, b) => Date.parse(a.deadline.at) - Date.parse(b.deadline.at));
      return c.json({ period: judging.period, deadlines });
    },
  ) as unknown as Hono;
}
