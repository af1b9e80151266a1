import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Role } from "../../schemas/estate/role.ts";
import { TakenRow } from "../../schemas/wire/access.ts";
import type { Context } from "../context.ts";
import { giveRoleBack } from "../people/end-taken-role.ts";
import type { Permit } from "../people/permit.ts";
import { takeRole } from "../people/take-role.ts";
import { takenRoles } from "../store/postgres/taken-roles.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Asked = z.strictObject({
  role: Role,
  /** Of real time. */
  minutes: z.int().min(5).max(480),
  reason: z.string().trim().min(10).max(500),
});
const DAYS = 90;

/** Taking another role for a time. `news` has incidents looked for at once, so that whoever answers for access is told. */
export function breakGlassRoutes({ ctx, permit, news }: { ctx: Context; permit: Permit; news(): void }): Hono {
  return new Hono()
    .get(
      "/api/v1/break-glass",
      described({
        tag: "People",
        summary: `Roles taken for a time in the last ${DAYS} days, and those in force`,
        answers: z.object({ taken: z.array(TakenRow) }),
      }),
      permit("audit:read"),
      async (c) => {
        const since = new Date(Date.now() - DAYS * 86_400_000).toISOString();
        return c.json({ taken: (await ctx.postgres.ask(takenRoles, { since })).map((each) => TakenRow.parse(each)) });
      },
    )
    .post(
      "/api/v1/break-glass",
      described({
        tag: "People",
        summary: "Take another role beside one's own for some minutes, with a reason; on record and alerted at once",
        status: 201,
        answers: TakenRow,
      }),
      permit("access:break-glass"),
      validator("json", Asked, expected('{"role", "minutes": 5 to 480, "reason": 10 to 500 characters}')),
      async (c) => {
        const taken = await takeRole(ctx, c.get("actor"), c.req.valid("json"));
        news();
        return c.json(TakenRow.parse(taken), 201);
      },
    )
    .delete(
      "/api/v1/break-glass/:id",
      described({
        tag: "People",
        summary: "Give a taken role back, or take it from whoever has it",
        answers: TakenRow,
      }),
      permit("board:read"),
      async (c) => {
        const ended = await giveRoleBack(ctx, c.get("actor"), c.req.param("id"));
        news();
        return c.json(TakenRow.parse(ended));
      },
    ) as unknown as Hono;
}
