import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { RequestRow } from "../../schemas/wire/live.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import type { Permit } from "../people/permit.ts";
import { requestRerun } from "../requests/request-rerun.ts";
import { requestRow } from "../requests/request-rows.ts";
import { requestById, requestPage } from "../store/postgres/requests.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Asked = z.strictObject({
  flow: z.string().min(1),
  entity: z.string().min(1),
  period: PeriodKey,
  /** The estate's id of the dataset to be loaded again. */
  dataset: z.string().min(1),
  reason: z.string().trim().min(1).max(500),
});
const Filter = z.object({
  before: z.string().optional(),
  limit: pageLimit(50, 200),
  flow: z.string().optional(),
  period: PeriodKey.optional(),
  state: RequestRow.shape.state.optional(),
});
/** `adopted`: the same was under way already, and is what is answered. */
const Answer = z.object({ request: RequestRow, adopted: z.boolean() });
const Page = z.object({ requests: z.array(RequestRow), next: z.string().nullable() });

const LONGEST_IDEMPOTENCY_KEY = 200;

/** Requests: what people and automation ask systems to do. */
export function requestRoutes(deps: { ctx: Context; permit: Permit }): Hono {
  const { ctx, permit } = deps;
  return new Hono()
    .post(
      "/api/v1/requests",
      described({ tag: "Requests", summary: "Ask for a flow's load to run again", status: 202, answers: Answer }),
      permit("request:create"),
      validator("json", Asked, expected('{"flow", "entity", "period", "dataset", "reason"}')),
      async (c) => {
        const idempotencyKey = idempotencyKeyOf(c.req.header("Idempotency-Key"));
        return c.json(await requestRerun(ctx, c.get("actor"), { ...c.req.valid("json"), idempotencyKey }), 202);
      },
    )
    .get(
      "/api/v1/requests",
      described({ tag: "Requests", summary: "Requests in scope, newest first", answers: Page }),
      permit("request:read"),
      validator("query", Filter, expected("before, limit, flow, period, state")),
      async (c) => {
        const { before, limit, flow, period, state } = c.req.valid("query");
        const { entities } = c.get("actor");
        const rows = await ctx.postgres.ask(requestPage, {
          before: before ?? null,
          limit,
          entities: entities === "all" ? null : [...entities],
          flow: flow ?? null,
          period: period ?? null,
          state: state ?? null,
        });
        const next = rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
        return c.json({ requests: rows.map(requestRow), next });
      },
    )
    .get(
      "/api/v1/requests/:id",
      described({ tag: "Requests", summary: "One request", answers: RequestRow }),
      permit("request:read"),
      async (c) => {
        const [row] = await ctx.postgres.ask(requestById, { id: c.req.param("id") });
        if (!row || !inScope(c.get("actor"), row.entity)) throw new Fault("not-found", "There is no such request.");
        return c.json(requestRow(row));
      },
    ) as unknown as Hono;
}

function idempotencyKeyOf(header: string | undefined): string | null {
  if (!header) return null;
  if (header.length <= LONGEST_IDEMPOTENCY_KEY) return header;
  throw new Fault("invalid-input", `Idempotency-Key is longer than ${LONGEST_IDEMPOTENCY_KEY} characters.`);
}
