import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import {
  AuditCheckpoint,
  AuditCheckpoints,
  AuditKeys,
  AuditPage,
  AuditProven,
  AuditVerdict,
  ConsistencyProof,
  InclusionProof,
  LegalHold,
  LegalHolds,
} from "../../schemas/wire/audit.ts";
import { placeHold } from "../audit/place-hold.ts";
import { consistencyProof, inclusionProof } from "../audit/proofs.ts";
import { publishCheckpoint } from "../audit/publish-checkpoint.ts";
import { keysOfLog, provenEntry, readLog } from "../audit/read-log.ts";
import { releaseHold } from "../audit/release-hold.ts";
import { verifyAudit } from "../audit/verify-audit.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import type { Permit } from "../people/permit.ts";
import { auditCheckpoints } from "../store/postgres/audit.ts";
import { legalHolds } from "../store/postgres/legal-holds.ts";
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
  text: z.string().optional(),
});
const size = z.coerce.number().int().nonnegative();
const Sequence = z.object({ sequence: size.min(1) });
const Including = z.object({ sequence: size.min(1), size });
const Between = z.object({ first: size, second: size });
const CheckpointFilter = z.object({ before: size.optional(), limit: pageLimit(50, 500) });
const words = z.string().trim().min(1).max(500);
const Placed = z.strictObject({
  title: words,
  reason: words,
  period: PeriodKey.nullable().default(null),
  entity: z.string().nullable().default(null),
  flow: z.string().nullable().default(null),
});
const Released = z.strictObject({ reason: words });

interface Deps {
  ctx: Context;
  permit: Permit;
}

/** The audit log for those who answer for it: entries, proofs, checkpoints, keys and legal holds. */
export function auditRoutes(deps: Deps): Hono {
  return new Hono().route("/", reading(deps)).route("/", proving(deps)).route("/", holding(deps));
}

function reading({ ctx, permit }: Deps): Hono {
  const { postgres } = ctx;
  return new Hono()
    .get(
      "/api/v1/audit",
      described({ tag: "Audit", summary: "Entries newest first", answers: AuditPage }),
      permit("audit:read"),
      validator("query", Filter, expected("before, limit, actor, action, subject, from, to, text")),
      async (c) => c.json(await readLog(postgres, c.get("actor"), c.req.valid("query"))),
    )
    .get(
      "/api/v1/audit/entries/:sequence",
      described({ tag: "Audit", summary: "One entry with its text and its proof", answers: AuditProven }),
      permit("audit:read"),
      validator("param", Sequence, expected("an entry's number")),
      async (c) => c.json(await provenEntry(postgres, c.get("actor"), c.req.valid("param").sequence)),
    )
    .get(
      "/api/v1/audit/verify",
      described({
        tag: "Audit",
        summary: "Recompute the tree and name the first thing that does not fit; as NDJSON it tells its progress",
        answers: AuditVerdict,
      }),
      permit("audit:read"),
      async (c) => {
        if (c.req.header("accept") !== "application/x-ndjson") return c.json(await verifyAudit(postgres));
        return c.body(verifying(ctx), 200, { "Content-Type": "application/x-ndjson", "X-Accel-Buffering": "no" });
      },
    )
    .get(
      "/api/v1/audit/keys",
      described({ tag: "Audit", summary: "The log's public keys, oldest first", answers: AuditKeys }),
      permit("audit:read"),
      async (c) => c.json({ keys: await keysOfLog(postgres) }),
    ) as unknown as Hono;
}

/** Lines of `{"done"}` while the log is read, then the verdict. */
function verifying({ postgres, log }: Context): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      const line = (value: object) => controller.enqueue(text.encode(`${JSON.stringify(value)}\n`));
      try {
        line(await verifyAudit(postgres, (done) => line({ done })));
        controller.close();
      } catch (error) {
        // The reader left, or the store broke; either way the answer ends here and is no verdict.
        log.warn({ err: error }, "the audit log was not verified to its end");
        controller.error(error);
      }
    },
  });
}

function proving({ ctx, permit }: Deps): Hono {
  const { postgres } = ctx;
  return new Hono()
    .get(
      "/api/v1/audit/proof/inclusion",
      described({ tag: "Audit", summary: "Proof that an entry stands in the log of a size", answers: InclusionProof }),
      permit("audit:read"),
      validator("query", Including, expected("sequence and size")),
      async (c) => {
        const asked = c.req.valid("query");
        return c.json(await inclusionProof(postgres, asked.sequence, asked.size));
      },
    )
    .get(
      "/api/v1/audit/proof/consistency",
      described({ tag: "Audit", summary: "Proof that one size of the log begins another", answers: ConsistencyProof }),
      permit("audit:read"),
      validator("query", Between, expected("first and second")),
      async (c) => {
        const { first, second } = c.req.valid("query");
        return c.json(await consistencyProof(postgres, first, second));
      },
    )
    .get(
      "/api/v1/audit/checkpoint",
      described({ tag: "Audit", summary: "The latest signed checkpoint, as text" }),
      permit("audit:read"),
      async (c) => {
        const [last] = await postgres.ask(auditCheckpoints, { before: null, limit: 1 });
        if (!last) throw new Fault("not-found", "Nothing has been signed yet.");
        return c.text(last.note);
      },
    )
    .post(
      "/api/v1/audit/checkpoint",
      described({ tag: "Audit", summary: "Sign the log as it stands and say it outside", answers: AuditCheckpoint }),
      permit("audit:read"),
      async (c) => c.json(await publishCheckpoint(ctx)),
    )
    .get(
      "/api/v1/audit/checkpoints",
      described({ tag: "Audit", summary: "Signed checkpoints, largest first", answers: AuditCheckpoints }),
      permit("audit:read"),
      validator("query", CheckpointFilter, expected("before, limit")),
      async (c) => {
        const { before, limit } = c.req.valid("query");
        const checkpoints = await postgres.ask(auditCheckpoints, { before: before ?? null, limit });
        return c.json({ checkpoints, next: checkpoints.length === limit ? checkpoints.at(-1)?.size : null });
      },
    ) as unknown as Hono;
}

function holding({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/audit/holds",
      described({ tag: "Audit", summary: "Legal holds, those in force first", answers: LegalHolds }),
      permit("audit:read"),
      async (c) => c.json({ holds: await ctx.postgres.ask(legalHolds, {}) }),
    )
    .post(
      "/api/v1/audit/holds",
      described({ tag: "Audit", summary: "Keep evidence from being dropped", status: 201, answers: LegalHold }),
      permit("hold:manage"),
      validator("json", Placed, expected('{"title", "reason", "period", "entity", "flow"}')),
      async (c) => c.json(await placeHold(ctx, c.get("actor"), c.req.valid("json")), 201),
    )
    .post(
      "/api/v1/audit/holds/:id/release",
      described({ tag: "Audit", summary: "End a legal hold", answers: LegalHold }),
      permit("hold:manage"),
      validator("json", Released, expected('{"reason"}')),
      async (c) => c.json(await releaseHold(ctx, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") })),
    ) as unknown as Hono;
}
