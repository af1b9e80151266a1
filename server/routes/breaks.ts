import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import {
  BreakAttachment,
  BreakComment,
  BreakDetail,
  BreakRow,
  BreakState,
  BulkAnswer,
  ExplanationReason,
} from "../../schemas/wire/break.ts";
import { assignBreaks } from "../breaks/assign-breaks.ts";
import { noteRead } from "../audit/note-read.ts";
import { attachToBreak } from "../breaks/attach-to-break.ts";
import { breakAttachment, breakDetail } from "../breaks/break-detail.ts";
import { breakRow, entitiesAsked } from "../breaks/break-rows.ts";
import { commentOnBreak } from "../breaks/comment-on-break.ts";
import { explainBreaks } from "../breaks/explain-breaks.ts";
import { reopenBreaks } from "../breaks/reopen-breaks.ts";
import { reviewBreaks } from "../breaks/review-breaks.ts";
import { settleBreaks } from "../breaks/settle-breaks.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { periodsAsked } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import type { Permit } from "../people/permit.ts";
import { breakPage } from "../store/postgres/breaks-lists.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Filter = z.object({
  period: PeriodKey.optional(),
  entity: z.string().optional(),
  rule: z.string().optional(),
  /** One state or several, separated by commas. */
  state: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(BreakState))
    .optional(),
  assignee: z.string().optional(),
  limit: pageLimit(500, 5_000),
});
const Page = z.object({ breaks: z.array(BreakRow), more: z.boolean() });
const Text = z.string().trim().min(1).max(2_000);
/** `revisions`: what the actor saw of each break; one that changed since is refused. */
const Acted = {
  ids: z.array(z.string()).min(1).max(500),
  revisions: z.record(z.string(), z.int()).optional(),
};
const Assigned = z.strictObject({ ...Acted, to: z.string().min(1) });
const Explained = z.strictObject({ ...Acted, reason: ExplanationReason, text: Text });
const Reviewed = z.strictObject({ ...Acted, approved: z.boolean(), text: Text });
const Settled = z.strictObject({ ...Acted, as: z.enum(["accepted-timing", "adjusted", "written-off"]), text: Text });
const Reopened = z.strictObject({ ...Acted, text: Text });
const Comment = z.strictObject({ text: Text });
const FileName = z.object({ name: z.string().regex(/^[^/\\\p{Cc}]{1,200}$/u, "expected a plain file name") });

interface Deps {
  ctx: Context;
  permit: Permit;
}

/** Breaks: differences that need explaining, one by one or many at once. */
export function breakRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [reading(deps), acting(deps), telling(deps)]) routes.route("/", part);
  return routes;
}

function reading({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/breaks",
      described({ tag: "Breaks", summary: "Breaks of a period and open ones before it, largest first", answers: Page }),
      permit("board:read"),
      validator("query", Filter, expected("period, entity, rule, state, assignee, limit")),
      async (c) => {
        const { period, entity, rule, state, assignee, limit } = c.req.valid("query");
        const actor = c.get("actor");
        if (entity && !inScope(actor, entity))
          throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
        const rows = await ctx.postgres.ask(breakPage, {
          period: period ?? null,
          entities: entity ? [entity] : entitiesAsked(actor.entities),
          rule: rule ?? null,
          states: state ?? null,
          assignee: assignee ?? null,
          limit: limit + 1,
          periods: periodsAsked(actor),
        });
        const seen = rows.slice(0, limit);
        return c.json({ breaks: seen.map((row) => breakRow(ctx, row)), more: rows.length > limit });
      },
    )
    .get(
      "/api/v1/breaks/:id",
      described({ tag: "Breaks", summary: "One break with its life, comments and files", answers: BreakDetail }),
      permit("board:read"),
      async (c) => c.json(await breakDetail(ctx, c.get("actor"), c.req.param("id"))),
    )
    .get(
      "/api/v1/breaks/:id/attachments/:attachment",
      described({ tag: "Breaks", summary: "A file kept with a break" }),
      permit("board:read"),
      async (c) => {
        const file = await breakAttachment(ctx, c.get("actor"), c.req.param("id"), c.req.param("attachment"));
        const detail = { attachment: c.req.param("attachment"), sha256: file.sha256 };
        await noteRead(ctx, c.get("actor"), { subject: `break:${c.req.param("id")}`, detail });
        // Never shown in the page: what people upload is theirs to open.
        return c.body(new Uint8Array(file.content), 200, {
          "Content-Type": "application/octet-stream",
          "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
          ETag: `"${file.sha256}"`,
        });
      },
    ) as unknown as Hono;
}

function acting({ ctx, permit }: Deps): Hono {
  return new Hono()
    .post(
      "/api/v1/breaks/assign",
      described({ tag: "Breaks", summary: "Give breaks to a person", answers: BulkAnswer }),
      permit("break:explain"),
      validator("json", Assigned, expected('{"ids", "to": a person\'s id}')),
      async (c) => c.json(await assignBreaks(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/breaks/explain",
      described({ tag: "Breaks", summary: "Say why breaks are there", answers: BulkAnswer }),
      permit("break:explain"),
      validator("json", Explained, expected('{"ids", "reason", "text"}')),
      async (c) => c.json(await explainBreaks(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/breaks/review",
      described({ tag: "Breaks", summary: "Approve explanations of others, or return them", answers: BulkAnswer }),
      permit("break:review"),
      validator("json", Reviewed, expected('{"ids", "approved", "text"}')),
      async (c) => c.json(await reviewBreaks(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/breaks/settle",
      described({ tag: "Breaks", summary: "Dispose of reviewed breaks", answers: BulkAnswer }),
      permit("break:review"),
      validator("json", Settled, expected('{"ids", "as", "text"}')),
      async (c) => c.json(await settleBreaks(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/breaks/reopen",
      described({ tag: "Breaks", summary: "Take a decision about breaks back", answers: BulkAnswer }),
      permit("break:review"),
      validator("json", Reopened, expected('{"ids", "text"}')),
      async (c) => c.json(await reopenBreaks(ctx, c.get("actor"), c.req.valid("json"))),
    ) as unknown as Hono;
}

function telling({ ctx, permit }: Deps): Hono {
  return new Hono()
    .post(
      "/api/v1/breaks/:id/comments",
      described({ tag: "Breaks", summary: "Remark on a break", status: 201, answers: BreakComment }),
      permit("break:explain"),
      validator("json", Comment, expected('{"text"}')),
      async (c) => {
        const asked = { id: c.req.param("id"), text: c.req.valid("json").text };
        return c.json(await commentOnBreak(ctx, c.get("actor"), asked), 201);
      },
    )
    .post(
      "/api/v1/breaks/:id/attachments",
      described({ tag: "Breaks", summary: "Keep a small file with a break", status: 201, answers: BreakAttachment }),
      permit("break:explain"),
      validator("query", FileName, expected("?name=, the file as the body")),
      async (c) => {
        const content = new Uint8Array(await c.req.arrayBuffer());
        const mediaType = c.req.header("Content-Type") ?? "application/octet-stream";
        const { name } = c.req.valid("query");
        const asked = { id: c.req.param("id"), name, mediaType, content };
        return c.json(await attachToBreak(ctx, c.get("actor"), asked), 201);
      },
    ) as unknown as Hono;
}
