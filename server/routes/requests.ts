import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { RequestRow } from "../../schemas/wire/live.ts";
import { Plan } from "../../schemas/wire/plan.ts";
import { ApprovalGiven, LoopReport, RequestBody, StepRow } from "../../schemas/wire/request.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { periodsAsked } from "../people/in-periods.ts";
import type { Permit } from "../people/permit.ts";
import { askRequest } from "../requests/ask-request.ts";
import { planRequest } from "../requests/plan-request.ts";
import { requestDetail, visibleRequest } from "../requests/request-detail.ts";
import { requestRow } from "../requests/request-rows.ts";
import { requestPage } from "../store/postgres/requests.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

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
const Detail = z.object({
  request: RequestRow,
  plan: Plan.nullable(),
  steps: z.array(StepRow),
  approvals: z.array(ApprovalGiven),
  report: LoopReport.nullable(),
  log: z.array(z.object({ at: z.string(), by: z.string(), action: z.string(), text: z.string() })),
});

const LONGEST_IDEMPOTENCY_KEY = 200;
const WANTED = '{"act", "flow", "entity" or "entities", "period" or "periods", "reason", …}, as the act needs';

/** Requests: what people, schedules and automation ask for. */
export function requestRoutes(deps: { ctx: Context; permit: Permit }): Hono {
  const { ctx, permit } = deps;
  return new Hono()
    .post(
      "/api/v1/requests/plan",
      described({ tag: "Requests", summary: "What a request would do, without doing it", answers: Plan }),
      permit("request:read"),
      validator("json", RequestBody, expected(WANTED)),
      async (c) => c.json(await planRequest(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/requests",
      described({ tag: "Requests", summary: "Ask for a flow's load to run again", status: 202, answers: Answer }),
      permit("request:read"),
      validator("json", RequestBody, expected(WANTED)),
      async (c) => {
        const idempotencyKey = idempotencyKeyOf(c.req.header("Idempotency-Key"));
        return c.json(await askRequest(ctx, c.get("actor"), c.req.valid("json"), { idempotencyKey }), 202);
      },
    )
    .get(
      "/api/v1/requests",
      described({ tag: "Requests", summary: "Requests in scope, newest first", answers: Page }),
      permit("request:read"),
      validator("query", Filter, expected("before, limit, flow, period, state")),
      async (c) => {
        const { before, limit, flow, period, state } = c.req.valid("query");
        const actor = c.get("actor");
        const { entities } = actor;
        const rows = await ctx.postgres.ask(requestPage, {
          before: before ?? null,
          limit,
          entities: entities === "all" ? null : [...entities],
          flow: flow ?? null,
          period: period ?? null,
          state: state ?? null,
          sight: periodsAsked(actor),
        });
        const next = rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
        return c.json({ requests: rows.map(requestRow), next });
      },
    )
    .get(
      "/api/v1/requests/:id",
      described({ tag: "Requests", summary: "One request", answers: RequestRow }),
      permit("request:read"),
      async (c) => c.json(requestRow(await visibleRequest(ctx, c.get("actor"), c.req.param("id")))),
    )
    .get(
      "/api/v1/requests/:id/detail",
      described({
        tag: "Requests",
        summary: "One request with its plan, steps, approvals, log and what came of it",
        answers: Detail,
      }),
      permit("request:read"),
      async (c) => c.json(await requestDetail(ctx, c.get("actor"), c.req.param("id"))),
    ) as unknown as Hono;
}

function idempotencyKeyOf(header: string | undefined): string | null {
  if (!header) return null;
  if (header.length <= LONGEST_IDEMPOTENCY_KEY) return header;
  throw new Fault("invalid-input", `Idempotency-Key is longer than ${LONGEST_IDEMPOTENCY_KEY} characters.`);
}
