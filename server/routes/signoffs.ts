import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { Certificate, SignoffRow, SignoffState } from "../../schemas/wire/signoff.ts";
import type { Permit } from "../people/permit.ts";
import { certificateOf } from "../signoff/certificate.ts";
import { certifySignoff } from "../signoff/certify-signoff.ts";
import type { Closing } from "../signoff/look-at.ts";
import { prepareSignoff } from "../signoff/prepare-signoff.ts";
import { reviewSignoff } from "../signoff/review-signoff.ts";
import { signoffRow } from "../signoff/signoff-rows.ts";
import { withdrawSignoff } from "../signoff/withdraw-signoff.ts";
import { signoffPage } from "../store/postgres/signoffs.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Statement = z.string().trim().max(1000).default("");
const Asked = z.strictObject({
  entity: z.string().min(1),
  period: PeriodKey,
  milestone: z.string().min(1),
  statement: Statement,
});
/** `digest` is of the sign-off the person looked at. */
const Step = z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), statement: Statement });
const Reason = z.strictObject({ reason: z.string().trim().min(1).max(500) });
const Filter = z.object({
  before: z.string().optional(),
  limit: pageLimit(50, 200),
  period: PeriodKey.optional(),
  entity: z.string().optional(),
  state: SignoffState.optional(),
});
const Page = z.object({ signoffs: z.array(SignoffRow), next: z.string().nullable() });

const STEP = '{"digest", "statement"}, digest being that of the sign-off looked at';

/** Sign-offs: prepared, reviewed and certified by three people. */
export function signoffRoutes(deps: Closing & { permit: Permit }): Hono {
  const routes = new Hono();
  mountQuestions(routes, deps);
  mountSteps(routes, deps);
  return routes;
}

function mountSteps(routes: Hono, deps: Closing & { permit: Permit }): void {
  const { permit } = deps;
  routes.post(
    "/api/v1/signoffs",
    described({ tag: "Sign-off", summary: "Prepare a sign-off", status: 201, answers: SignoffRow }),
    permit("signoff:prepare"),
    validator("json", Asked, expected('{"entity", "period", "milestone", "statement"}')),
    async (c) => c.json(await prepareSignoff(deps, c.get("actor"), c.req.valid("json")), 201),
  );
  routes.post(
    "/api/v1/signoffs/:id/review",
    described({ tag: "Sign-off", summary: "Review what another person prepared", answers: SignoffRow }),
    permit("signoff:review"),
    validator("json", Step, expected(STEP)),
    async (c) => c.json(await reviewSignoff(deps, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") })),
  );
  routes.post(
    "/api/v1/signoffs/:id/certify",
    described({ tag: "Sign-off", summary: "Certify what two others prepared and reviewed", answers: SignoffRow }),
    permit("signoff:certify"),
    validator("json", Step, expected(STEP)),
    async (c) => c.json(await certifySignoff(deps, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") })),
  );
  routes.post(
    "/api/v1/signoffs/:id/withdraw",
    described({ tag: "Sign-off", summary: "Take a sign-off back, with a reason", answers: SignoffRow }),
    permit("signoff:read"),
    validator("json", Reason, expected('{"reason"}')),
    async (c) => c.json(await withdrawSignoff(deps, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") })),
  );
}

function mountQuestions(routes: Hono, { ctx, permit }: Closing & { permit: Permit }): void {
  routes.get(
    "/api/v1/signoffs",
    described({ tag: "Sign-off", summary: "Sign-offs in scope with all their rounds, newest first", answers: Page }),
    permit("signoff:read"),
    validator("query", Filter, expected("before, limit, period, entity, state")),
    async (c) => {
      const { before, limit, period, entity, state } = c.req.valid("query");
      const { entities } = c.get("actor");
      const rows = await ctx.postgres.ask(signoffPage, {
        before: before ?? null,
        limit,
        entities: entities === "all" ? null : [...entities],
        period: period ?? null,
        entity: entity ?? null,
        state: state ?? null,
      });
      return c.json({ signoffs: rows.map(signoffRow), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null });
    },
  );
  routes.get(
    "/api/v1/signoffs/:id/certificate",
    described({
      tag: "Sign-off",
      summary: "All that was signed, by whom, and where it stands in the audit log, to take away",
      answers: Certificate,
    }),
    permit("signoff:read"),
    async (c) => {
      const certificate = await certificateOf(ctx.postgres, c.get("actor"), c.req.param("id"));
      const { entity, period, milestone, round } = certificate.signoff;
      c.header("Content-Disposition", `attachment; filename="${entity}-${period}-${milestone}-${round}.json"`);
      return c.json(certificate);
    },
  );
}
