import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import type { Context } from "../context.ts";
import { columnGraph, lineageGraph } from "../marquez/lineage-graph.ts";
import { MarquezColumns, MarquezGraph } from "../marquez/shapes.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const depth = z.coerce
  .number()
  .int()
  .min(0)
  .default(20)
  .transform((asked) => Math.min(asked, 100));
const Around = z.object({
  /** `dataset:<namespace>:<name>` or `job:<namespace>:<name>` */
  nodeId: z.string().regex(/^(dataset|job):.+:.+$/s),
  depth,
});
const Columns = z.object({
  nodeId: z.string().regex(/^(dataset|datasetField):.+:.+$/s),
  depth,
  withDownstream: z.stringbool().default(false),
});

/** The lineage graph and its columns in Marquez's shape. */
export function lineageGraphRoutes({ ctx, permit }: { ctx: Context; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/lineage",
      described({ tag: "Marquez", summary: "The graph around a dataset or job", answers: MarquezGraph }),
      permit("board:read"),
      validator("query", Around, expected("nodeId, such as dataset:<namespace>:<name>, and depth")),
      async (c) => {
        const { nodeId, depth: far } = c.req.valid("query");
        return c.json(await lineageGraph(ctx, nodeId, far));
      },
    )
    .get(
      "/api/v1/column-lineage",
      described({ tag: "Marquez", summary: "Which field is made of which", answers: MarquezColumns }),
      permit("board:read"),
      validator("query", Columns, expected("nodeId, such as datasetField:<namespace>:<dataset>:<field>, and depth")),
      async (c) => {
        const { nodeId, ...asked } = c.req.valid("query");
        return c.json(await columnGraph(ctx, { ...fieldNamed(nodeId), ...asked }));
      },
    ) as unknown as Hono;
}

/** A field's node id ends with its name; its dataset comes before. */
function fieldNamed(nodeId: string): { dataset: string; field?: string } {
  if (nodeId.startsWith("dataset:")) return { dataset: nodeId };
  const seam = nodeId.lastIndexOf(":");
  return { dataset: `dataset:${nodeId.slice("datasetField:".length, seam)}`, field: nodeId.slice(seam + 1) };
}
