import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { CloseRow } from "../../schemas/wire/board.ts";
import { PeriodKey } from "../../schemas/instant.ts";
import { TieLine } from "../../schemas/wire/line.ts";
import { closeBoard } from "../close/board.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { entityLines } from "../close/entity-lines.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { entityInScope, judgingOf, type BoardDeps } from "../board-query.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Board = z.object({ rows: z.record(z.string(), CloseRow) });
const Lines = z.object({ lines: z.array(TieLine) });

/** Can entity X close period Y? The board as the console shows it, and the tie-out lines behind it. */
export function closeRoutes(deps: BoardDeps): Hono {
  const { permit, collectors } = deps;
  const memo: BoardMemo = new Map();
  return new Hono()
    .get(
      "/api/v1/close/:period",
      described({
        tag: "Close",
        summary: "The close board of a period: its head, entities and holds, by key",
        answers: Board,
      }),
      permit("board:read"),
      validator("param", z.object({ period: PeriodKey }), expected("a period such as 2026-10")),
      async (c) => {
        const judging = judgingOf(deps, c.req.valid("param").period);
        const { entities } = c.get("actor");
        const decisions = await decisionsOf(deps.ctx.postgres, judging.period);
        return c.json({ rows: closeBoard({ ...judging, decisions, collectors: collectors(), entities, memo }) });
      },
    )
    .get(
      "/api/v1/close/:period/:entity/lines",
      described({ tag: "Close", summary: "An entity's tie-out lines in a period", answers: Lines }),
      permit("board:read"),
      validator(
        "param",
        z.object({ period: PeriodKey, entity: z.string() }),
        expected("a period such as 2026-10 and an entity"),
      ),
      (c) => {
        const { period, entity } = c.req.valid("param");
        const judging = judgingOf(deps, period);
        const lines = entityLines({ ...judging, entity: entityInScope(deps, c.get("actor"), entity) });
        return c.json({ lines: Object.values(lines) });
      },
    ) as unknown as Hono;
}
