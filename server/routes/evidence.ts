import { Readable } from "node:stream";
import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import { EvidencePack, EvidencePacks, EvidencePreview } from "../../schemas/wire/evidence.ts";
import type { Context } from "../context.ts";
import { openPack } from "../evidence/open-pack.ts";
import { evidencePack, packFor, packsFor } from "../evidence/pack-rows.ts";
import { previewPack } from "../evidence/preview-pack.ts";
import { requestPack } from "../evidence/request-pack.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Asked = z.strictObject({
  period: PeriodKey.nullable().default(null),
  entities: z.array(z.string()).min(1).nullable().default(null),
  flow: z.string().nullable().default(null),
  dataset: z.string().nullable().default(null),
  account: z.string().nullable().default(null),
  asOf: Instant.nullable().default(null),
});
const Requested = Asked.extend({ reason: z.string().trim().min(1).max(500) });
const WHAT = '{"period", "entities", "flow", "dataset", "account", "asOf"';
const Filter = z.object({ before: z.string().optional(), limit: pageLimit(50, 200) });

/** Evidence packs: what would be in one, asking for it, taking it away. */
export function evidenceRoutes({ ctx, permit }: { ctx: Context; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/evidence",
      described({ tag: "Evidence", summary: "Packs in scope, newest first", answers: EvidencePacks }),
      permit("evidence:read"),
      validator("query", Filter, expected("before, limit")),
      async (c) => {
        const { before, limit } = c.req.valid("query");
        return c.json(await packsFor(ctx.postgres, c.get("actor"), { before: before ?? null, limit }));
      },
    )
    .post(
      "/api/v1/evidence/preview",
      described({ tag: "Evidence", summary: "What a pack would hold", answers: EvidencePreview }),
      permit("evidence:build"),
      validator("json", Asked, expected(`${WHAT}}`)),
      async (c) => c.json(await previewPack(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .post(
      "/api/v1/evidence",
      described({ tag: "Evidence", summary: "Ask for a pack", status: 202, answers: EvidencePack }),
      permit("evidence:build"),
      validator("json", Requested, expected(`${WHAT}, "reason"}`)),
      async (c) => c.json(await requestPack(ctx, c.get("actor"), c.req.valid("json")), 202),
    )
    .get(
      "/api/v1/evidence/:id",
      described({ tag: "Evidence", summary: "One pack and how far it is", answers: EvidencePack }),
      permit("evidence:read"),
      async (c) => c.json(evidencePack(await packFor(ctx.postgres, c.get("actor"), c.req.param("id")))),
    )
    .get(
      "/api/v1/evidence/:id/file",
      described({ tag: "Evidence", summary: "The pack as a ZIP archive" }),
      permit("evidence:read"),
      async (c) => {
        const { name, bytes, sha256, stream } = await openPack(ctx, c.get("actor"), c.req.param("id"));
        return c.body(Readable.toWeb(stream) as ReadableStream, 200, {
          "Content-Type": "application/zip",
          "Content-Length": String(bytes),
          "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
          ETag: `"${sha256}"`,
        });
      },
    ) as unknown as Hono;
}
