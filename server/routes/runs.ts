import { Hono } from "hono";
import { RunDetail } from "../../schemas/wire/run-detail.ts";
import { runDetail, type RunDetailDeps } from "../facts/run-detail.ts";
import type { Actor } from "../context.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";

export interface RunDeps extends RunDetailDeps {
  permit: Permit;
  /** Notes who read events as they came. */
  noteRead(actor: Actor, what: { subject: string }): Promise<void>;
}

/** One run with its attempts, facets, exceptions, events and what it is correlated with. */
export function runRoutes(deps: RunDeps): Hono {
  return new Hono().get(
    "/api/v1/runs/:id",
    described({ tag: "Runs", summary: "Everything known of one run", answers: RunDetail }),
    deps.permit("run:read"),
    async (c) => {
      const actor = c.get("actor");
      const detail = await runDetail(deps, actor, c.req.param("id"));
      const raw = detail.events.some((event) => event.raw !== null);
      if (raw) await deps.noteRead(actor, { subject: `run:${detail.run.runId}` });
      return c.json(detail);
    },
  ) as unknown as Hono;
}
