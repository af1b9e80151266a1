import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { CheckReport, CheckResult, Recomputed, ReconcileRow, RuleDrill } from "../../schemas/wire/reconcile-matrix.ts";
import { entityInScope, judgingOf } from "../board-query.ts";
import { checkReport } from "../breaks/check-report.ts";
import type { Checkpoints } from "../breaks/checkpoints.ts";
import { matrixRows } from "../breaks/matrix-rows.ts";
import { recomputeCheck } from "../breaks/recompute-check.ts";
import { ruleDrill } from "../breaks/rule-drill.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import type { Permit } from "../people/permit.ts";
import { checkResultById, checkResults } from "../store/clickhouse/check-results.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const InPeriod = z.object({ period: PeriodKey.optional() });
const Matrix = z.object({ rows: z.record(z.string(), ReconcileRow) });
const Drilled = z.object({ period: PeriodKey.optional(), show: z.enum(["off", "all"]).default("off") });
const Asked = z.strictObject({
  period: PeriodKey,
  rule: z.string().optional(),
  entities: z.array(z.string()).min(1).optional(),
});
const Past = z.object({
  rule: z.string().default(""),
  entity: z.string().optional(),
  period: PeriodKey.or(z.literal("")).default(""),
  limit: pageLimit(50, 500),
});
const Results = z.object({ results: z.array(CheckResult) });

interface Deps {
  ctx: Context;
  checkpoints: Checkpoints;
  permit: Permit;
}

/** Reconciliations as a matrix, drilled into, run now, and their stored results. */
export function checkRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [resultRoutes(deps), matrixRoutes(deps)]) routes.route("/", part);
  return routes;
}

function matrixRoutes({ ctx, checkpoints, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/reconciliations/matrix",
      described({ tag: "Reconciliations", summary: "Rules × entities of a period, by key", answers: Matrix }),
      permit("board:read"),
      validator("query", InPeriod, expected("period, such as 2026-10")),
      async (c) => {
        const { period } = judgingOf({ ctx }, c.req.valid("query").period);
        return c.json({ rows: await matrixRows({ ...ctx, checkpoints }, period, c.get("actor").entities) });
      },
    )
    .post(
      "/api/v1/reconciliations/check",
      described({ tag: "Reconciliations", summary: "Run reconciliations now", answers: CheckReport }),
      permit("check:run"),
      validator("json", Asked, expected('{"period", "rule", "entities"}')),
      async (c) => {
        const asked = c.req.valid("json");
        judgingOf({ ctx }, asked.period);
        for (const entity of asked.entities ?? []) entityInScope({ ctx }, c.get("actor"), entity);
        if (asked.rule && !ctx.estate.reconciliations.some(({ id }) => id === asked.rule)) {
          throw new Fault("not-found", `There is no reconciliation ${asked.rule}.`, { pointer: "/rule" });
        }
        const { period, rule, entities } = asked;
        const scope = { period, ...(rule ? { rule } : {}), ...(entities ? { entities } : {}) };
        return c.json(await checkReport({ ...ctx, checkpoints }, c.get("actor"), scope));
      },
    )
    .get(
      "/api/v1/reconciliations/:rule/:entity",
      described({ tag: "Reconciliations", summary: "One rule for one entity, cell by cell", answers: RuleDrill }),
      permit("board:read"),
      validator("query", Drilled, expected("period, such as 2026-10, and show, off or all")),
      (c) => {
        const { period, show } = c.req.valid("query");
        const entity = entityInScope({ ctx }, c.get("actor"), c.req.param("entity"));
        const judging = judgingOf({ ctx }, period);
        return c.json(ruleDrill(ctx, { rule: c.req.param("rule"), entity, period: judging.period, show }));
      },
    ) as unknown as Hono;
}

function resultRoutes({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/reconciliations/results",
      described({ tag: "Reconciliations", summary: "Stored results of checks, newest first", answers: Results }),
      permit("board:read"),
      validator("query", Past, expected("rule, entity, period, limit")),
      async (c) => {
        const { entity, ...past } = c.req.valid("query");
        const actor = c.get("actor");
        const entities = entity ? [entityInScope({ ctx }, actor, entity)] : actor.entities;
        const scope =
          entities === "all" ? { allEntities: true, entities: [] } : { allEntities: false, entities: [...entities] };
        return c.json({ results: await ctx.clickhouse.ask(checkResults, { ...past, ...scope }) });
      },
    )
    .get(
      "/api/v1/reconciliations/results/:id",
      described({ tag: "Reconciliations", summary: "One stored result", answers: CheckResult }),
      permit("board:read"),
      async (c) => {
        const [result] = await ctx.clickhouse.ask(checkResultById, { id: c.req.param("id") });
        if (!result || !inScope(c.get("actor"), result.entity))
          throw new Fault("not-found", "There is no such result.");
        return c.json(result);
      },
    )
    .post(
      "/api/v1/reconciliations/results/:id/recompute",
      described({ tag: "Reconciliations", summary: "Compute a stored result again and compare", answers: Recomputed }),
      permit("check:run"),
      async (c) => c.json(await recomputeCheck(ctx, c.get("actor"), c.req.param("id"))),
    ) as unknown as Hono;
}
