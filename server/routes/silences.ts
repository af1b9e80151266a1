import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Matcher } from "../../schemas/estate/route.ts";
import { Instant } from "../../schemas/instant.ts";
import { Silence, SilencePreview } from "../../schemas/wire/alert.ts";
import { createSilence, previewSilence } from "../notify/create-silence.ts";
import { expireSilence } from "../notify/expire-silence.ts";
import type { AlertContext } from "../notify/alert-context.ts";
import type { Permit } from "../people/permit.ts";
import { silencePage } from "../store/postgres/silences.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Meant = z.strictObject({ matcher: Matcher, expiresAt: Instant });
const Asked = Meant.extend({
  reason: z.string().trim().min(1).max(500),
  hidesWorst: z.boolean().default(false),
});
const Page = z.object({ silences: z.array(Silence) });

/** Silences: messages kept back for a time, with a look at what they would hide. */
export function silenceRoutes({ ctx, permit }: { ctx: AlertContext; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/silences",
      described({ tag: "Alerts", summary: "Silences, newest first", answers: Page }),
      permit("alert:read"),
      validator("query", z.object({ limit: pageLimit(50, 200) }), expected("limit")),
      async (c) => c.json({ silences: await ctx.postgres.ask(silencePage, { limit: c.req.valid("query").limit }) }),
    )
    .post(
      "/api/v1/silences/preview",
      described({ tag: "Alerts", summary: "What a silence would hide; nothing is changed", answers: SilencePreview }),
      permit("silence:manage"),
      validator("json", Meant, expected('{"matcher", "expiresAt"}')),
      async (c) => c.json(await previewSilence(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/silences",
      described({ tag: "Alerts", summary: "Keep messages back for a time", status: 201, answers: Silence }),
      permit("silence:manage"),
      validator("json", Asked, expected('{"matcher", "reason", "expiresAt", "hidesWorst"}')),
      async (c) => c.json(await createSilence(ctx, c.get("actor"), c.req.valid("json")), 201),
    )
    .post(
      "/api/v1/silences/:id/expire",
      described({ tag: "Alerts", summary: "End a silence before its time", answers: Silence }),
      permit("silence:manage"),
      async (c) => c.json(await expireSilence(ctx, c.get("actor"), c.req.param("id"))),
    ) as unknown as Hono;
}
