import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Role } from "../../schemas/estate/role.ts";
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
  /** Milestones it waits for that are not met, by id. */
  waitsFor: z.array(z.string()),
  /** Who answers for it, and whose signature it waits for where people sign. */
  owner: Role,
  signature: BoardCell.shape.signoff,
  /** Ids of the holds that stand in its way. */
  holds: z.array(z.string()),
  /** In force now: it stands in for the gate, or puts the deadline off until it expires. */
  waiver: BoardCell.shape.waiver,
  /** When it will probably be met; null once it is, and where history is too thin to say. */
  forecast: BoardCell.shape.forecast,
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
      const milestones = new Map(judging.estate.close.milestones.map((milestone) => [milestone.id, milestone]));
      const deadlines = Object.values(rows)
        .flatMap((row) =>
          row.kind === "entity" ? row.cells.map((cell) => ({ entity: row.entity, cells: row.cells, cell })) : [],
        )
        .map(({ entity, cells, cell }) => {
          const { id, title, owner, after } = milestones.get(cell.milestone)!;
          const open = new Set(cells.filter(({ state }) => state !== "done").map(({ milestone }) => milestone));
          const { deadline, state, timing, metAt, why, holds, waiver, signoff: signature, forecast } = cell;
          const stands = { state, timing, metAt, why, holds, waiver, signature, forecast };
          return {
            entity,
            milestone: id,
            title,
            owner,
            deadline,
            waitsFor: after.filter((each) => open.has(each)),
            ...stands,
          };
        })
        .sort((a, b) => Date.parse(a.deadline.at) - Date.parse(b.deadline.at));
      return c.json({ period: judging.period, deadlines });
    },
  ) as unknown as Hono;
}
