import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import type { BoardDeps } from "../board-query.ts";
import { Fault } from "../fault.ts";
import { LineageGraph, lineageGraph } from "../marquez/lineage-graph.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Query = z.object({
  /** `dataset:<namespace>:<name>` or `job:<namespace>:<name>` */
  nodeId: z.string().regex(/^(dataset|job):.+:.+$/),
  depth: z.coerce.number().int().min(0).max(100).default(20),
});

/** The lineage graph around a dataset or job, in Marquez's shape. */
export function lineageGraphRoutes(deps: Pick<BoardDeps, "ctx" | "permit">): Hono {
  return new Hono().get(
    "/api/v1/lineage",
    described({ tag: "Lineage", summary: "The graph around a dataset or job", answers: LineageGraph }),
    deps.permit("board:read"),
    validator("query", Query, expected("nodeId, such as dataset:<namespace>:<name>, and depth from 0 to 100")),
    async (c) => {
      const { nodeId, depth } = c.req.valid("query");
      const graph = await lineageGraph(deps.ctx, nodeId, depth);
      if (!graph) throw new Fault("not-found", `Nothing is known of ${nodeId}.`, { nodeId });
      return c.json(graph);
    },
  ) as unknown as Hono;
}
