import { Hono } from "hono";
import * as z from "zod";
import { CollectorRow } from "../../schemas/wire/live.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";

const Answer = z.object({ collectors: z.array(CollectorRow) });

/** How each system's collector is doing. */
export function collectorRoutes(deps: { rows(): Record<string, CollectorRow>; permit: Permit }): Hono {
  return new Hono().get(
    "/api/v1/collectors",
    described({ tag: "Collectors", summary: "Every collector's state, lag and errors", answers: Answer }),
    deps.permit("collector:read"),
    (c) => c.json({ collectors: Object.values(deps.rows()) }),
  ) as unknown as Hono;
}
