import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import { Waiver, WaiverKind } from "../../schemas/wire/signoff.ts";
import type { Permit } from "../people/permit.ts";
import { grantWaiver } from "../signoff/grant-waiver.ts";
import type { Closing } from "../signoff/look-at.ts";
import { waiverRow } from "../signoff/waiver-rows.ts";
import { withdrawWaiver } from "../signoff/withdraw-waiver.ts";
import { waiverPage } from "../store/postgres/waivers.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Asked = z.strictObject({
  waives: WaiverKind,
  entity: z.string().min(1),
  period: PeriodKey,
  milestone: z.string().min(1),
  reason: z.string().trim().min(1).max(500),
  expiresAt: Instant,
});
const Reason = z.strictObject({ reason: z.string().trim().min(1).max(500) });
const Filter = z.object({
  before: z.string().optional(),
  limit: pageLimit(50, 200),
  period: PeriodKey.optional(),
  state: Waiver.shape.state.optional(),
});
const Page = z.object({ waivers: z.array(Waiver), next: z.string().nullable() });

/** Waivers: what a controller lets pass for a time. */
export function waiverRoutes(deps: Closing & { permit: Permit }): Hono {
  const { ctx, permit } = deps;
  return new Hono()
    .post(
      "/api/v1/waivers",
      described({ tag: "Sign-off", summary: "Let a gate or a deadline pass for a time", status: 201, answers: Waiver }),
      permit("waiver:grant"),
      validator("json", Asked, expected('{"waives", "entity", "period", "milestone", "reason", "expiresAt"}')),
      async (c) => c.json(await grantWaiver(deps, c.get("actor"), c.req.valid("json")), 201),
    )
    .post(
      "/api/v1/waivers/:id/withdraw",
      described({ tag: "Sign-off", summary: "Take a waiver back before its time", answers: Waiver }),
      permit("waiver:grant"),
      validator("json", Reason, expected('{"reason"}')),
      async (c) =>
        c.json(await withdrawWaiver(deps, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") })),
    )
    .get(
      "/api/v1/waivers",
      described({ tag: "Sign-off", summary: "Waivers in scope, newest first", answers: Page }),
      permit("signoff:read"),
      validator("query", Filter, expected("before, limit, period, state")),
      async (c) => {
        const { before, limit, period, state } = c.req.valid("query");
        const { entities } = c.get("actor");
        const rows = await ctx.postgres.ask(waiverPage, {
          before: before ?? null,
          limit,
          entities: entities === "all" ? null : [...entities],
          period: period ?? null,
          state: state ?? null,
        });
        return c.json({ waivers: rows.map(waiverRow), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null });
      },
    ) as unknown as Hono;
}
