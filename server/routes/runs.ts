import { Hono } from "hono";
import { RunDetail } from "../../schemas/wire/run-detail.ts";
import { runDetail, type RunDetailDeps } from "../facts/run-detail.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";

/** One run with its attempts, facets, exceptions, events and what it is correlated with. */
export function runRoutes(deps: RunDetailDeps & { permit: Permit }): Hono {
  return new Hono().get(
    "/api/v1/runs/:id",
    described({ tag: "Runs", summary: "Everything known of one run", answers: RunDetail }),
    deps.permit("run:read"),
    async (c) => c.json(await runDetail(deps, c.get("actor"), c.req.param("id"))),
  ) as unknown as Hono;
}
