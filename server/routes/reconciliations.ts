import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { TieLine } from "../../schemas/wire/line.ts";
import { entityInScope, judgingOf, type BoardDeps } from "../board-query.ts";
import { entityLines } from "../close/entity-lines.ts";
import { inScope } from "../people/in-scope.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Filter = z.object({ period: PeriodKey.optional(), entity: z.string().optional() });
const Answer = z.object({ period: PeriodKey, lines: z.array(TieLine) });

/** Does it tie out? Every tie-out line of the entities in scope. */
export function reconciliationRoutes(deps: Pick<BoardDeps, "ctx" | "permit">): Hono {
  return new Hono().get(
    "/api/v1/reconciliations",
    described({ tag: "Reconciliations", summary: "Tie-out lines of a period", answers: Answer }),
    deps.permit("board:read"),
    validator("query", Filter, expected("period, such as 2026-10, and entity")),
    (c) => {
      const { period, entity } = c.req.valid("query");
      const actor = c.get("actor");
      const judging = judgingOf(deps, period);
      const entities = entity
        ? [entityInScope(deps, actor, entity)]
        : judging.estate.entities.map(({ id }) => id).filter((id) => inScope(actor, id));
      const lines = entities.flatMap((id) => Object.values(entityLines({ ...judging, entity: id })));
      return c.json({ period: judging.period, lines });
    },
  ) as unknown as Hono;
}
