import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant } from "../../schemas/instant.ts";
import { verifyAudit } from "../audit/verify-audit.ts";
import type { Context } from "../context.ts";
import type { Permit } from "../people/permit.ts";
import { auditPage, type ChainLink } from "../store/postgres/audit.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Filter = z.object({
  /** Sequence to read on before; from `next` of the page before. */
  before: z.coerce.number().int().positive().optional(),
  limit: pageLimit(100, 1000),
  actor: z.string().optional(),
  action: z.string().optional(),
  subject: z.string().optional(),
  from: Instant.optional(),
  to: Instant.optional(),
});

const Entry = z.object({
  sequence: z.int(),
  at: Instant,
  recordedAt: Instant,
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string(), role: z.string().nullable() }),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});
const Page = z.object({ entries: z.array(Entry), next: z.int().nullable() });
const Verdict = z.object({
  intact: z.boolean(),
  entries: z.int(),
  head: z.string().optional(),
  brokenAt: z.int().optional(),
  reason: z.string().optional(),
});

/** The audit log for those who answer for it: newest first, filtered, and its chain recomputed. */
export function auditRoutes(deps: { ctx: Context; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/audit",
      described({ tag: "Audit", summary: "Entries newest first", answers: Page }),
      deps.permit("audit:read"),
      validator("query", Filter, expected("before, limit, actor, action, subject, from, to")),
      async (c) => {
        const { before, limit, actor, action, subject, from, to } = c.req.valid("query");
        const links = await deps.ctx.postgres.ask(auditPage, {
          before: before ?? null,
          limit,
          actor: actor ?? null,
          action: action ?? null,
          subject: subject ?? null,
          from: from ?? null,
          to: to ?? null,
        });
        return c.json({ entries: links.map(entryOf), next: links.length === limit ? links.at(-1)?.sequence : null });
      },
    )
    .get(
      "/api/v1/audit/verify",
      described({ tag: "Audit", summary: "Recompute the chain and name the first broken entry", answers: Verdict }),
      deps.permit("audit:read"),
      async (c) => c.json(await verifyAudit(deps.ctx.postgres)),
    );
}

function entryOf(link: ChainLink): z.infer<typeof Entry> {
  return { ...(JSON.parse(link.body) as z.infer<typeof Entry>), previousHash: link.previousHash, hash: link.hash };
}
