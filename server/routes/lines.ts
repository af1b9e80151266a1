import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import {
  DifferenceKind,
  LineComparison,
  LinesAbsent,
  LineExtract,
  LineExtractDetail,
  LineExtractPage,
  RefusedExtractPage,
} from "../../schemas/wire/lines.ts";
import { noteRead } from "../audit/note-read.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { compareLines } from "../lines/compare-lines.ts";
import { DeclarationQuery } from "../lines/declaration.ts";
import { extractDetail, extractPage, refusedPage } from "../lines/extract-rows.ts";
import { handInLines, resubmitLines } from "../lines/hand-in-lines.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const list = z.string().transform((text) => text.split(",").filter((part) => part !== ""));
const ids = list.pipe(z.array(z.uuid()).min(1).max(1_000));

const Filter = z.object({
  dataset: z.string().optional(),
  entity: z.string().optional(),
  period: PeriodKey.optional(),
  version: z.string().optional(),
  limit: pageLimit(100, 1_000),
});
const How = {
  dimensions: list.optional(),
  match: list.optional(),
  kinds: list.pipe(z.array(DifferenceKind)).optional(),
  /** A JSON object: `{"account":"400000"}`. */
  where: z
    .string()
    .transform((text, check) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        check.addIssue({ code: "custom", message: 'expected a JSON object such as {"account":"400000"}' });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), z.string()))
    .optional(),
  group: z.string().optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: pageLimit(200, 2_000),
};
const Compare = z.union([
  z.object({ left: ids, right: ids, ...How }),
  z.object({ rule: z.string(), hop: z.string(), entity: z.string(), period: PeriodKey, ...How }),
]);
const Refused = z.object({ show: z.enum(["open", "all"]).default("open"), limit: pageLimit(100, 1_000) });
const Page = z.object({ limit: pageLimit(200, 1_000) });

interface Deps {
  ctx: Context;
  permit: Permit;
}

/** Line extracts: files handed in, and two of them side by side. */
export function lineRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [handingIn(deps), resubmitting(deps), reading(deps)]) routes.route("/", part);
  return routes;
}

function handingIn({ ctx, permit }: Deps): Hono {
  return new Hono().post(
    "/api/v1/lines",
    described({
      tag: "Lines",
      summary: "Hand in a file of lines; 200 when the very file is there already, 422 when it is quarantined",
      status: 201,
      answers: LineExtract,
    }),
    permit("lines:write"),
    validator(
      "query",
      DeclarationQuery,
      expected("dataset, entity, period, run, format, key and how the file is written; the file as the body"),
    ),
    async (c) => {
      const { extract, again } = await handInLines(ctx, c.get("actor"), c.req.valid("query"), fileOf(c.req.raw));
      refuseQuarantined(extract);
      return c.json(extract, again ? 200 : 201);
    },
  ) as unknown as Hono;
}

function resubmitting({ ctx, permit }: Deps): Hono {
  return new Hono().post(
    "/api/v1/lines/:id/resubmit",
    described({
      tag: "Lines",
      summary: "Hand in a corrected file in place of one that was refused, read as that one was declared",
      status: 201,
      answers: LineExtract,
    }),
    permit("quarantine:resubmit"),
    validator(
      "query",
      z.object({ reason: z.string().trim().min(1).max(1_000) }),
      expected("reason; the file as the body"),
    ),
    async (c) => {
      const correction = { id: c.req.param("id"), ...c.req.valid("query") };
      const { extract, again } = await resubmitLines(ctx, c.get("actor"), correction, fileOf(c.req.raw));
      refuseQuarantined(extract);
      return c.json(extract, again ? 200 : 201);
    },
  ) as unknown as Hono;
}

/** The body as a file. @throws {Fault} `unsupported-media` for an encoding not read here, `invalid-input` without a body */
function fileOf({ headers, body }: Request): { source: Readable; gzip: boolean } {
  const encoding = (headers.get("content-encoding") ?? "identity").toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip")
    throw new Fault("unsupported-media", `Content-Encoding ${encoding} is not read here. Send gzip, or none.`);
  if (!body) throw new Fault("invalid-input", "Expected the file as the body. There is none.");
  return { source: Readable.fromWeb(body as ReadableStream), gzip: encoding === "gzip" };
}

function refuseQuarantined({ state, reason, id }: LineExtract): void {
  if (state === "quarantined")
    throw new Fault("unacceptable-lines", `${reason} The file is quarantined.`, { extract: id });
}

function reading({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/lines",
      described({ tag: "Lines", summary: "Files of lines handed in, newest first", answers: LineExtractPage }),
      permit("board:read"),
      validator("query", Filter, expected("dataset, entity, period, version, limit")),
      async (c) => c.json(await extractPage(ctx, c.get("actor"), c.req.valid("query"))),
    )
    .get(
      "/api/v1/lines/refused",
      described({
        tag: "Lines",
        summary: "Files quarantined or with rows set aside, newest first",
        answers: RefusedExtractPage,
      }),
      permit("board:read"),
      validator("query", Refused, expected("show, limit")),
      async (c) => {
        const { show, limit } = c.req.valid("query");
        return c.json(await refusedPage(ctx, c.get("actor"), { openOnly: show === "open", limit }));
      },
    )
    .get(
      "/api/v1/lines/compare",
      described({
        tag: "Lines",
        summary: "Two extracts side by side: the lines that differ, or which side handed none in",
        answers: z.union([LineComparison, LinesAbsent]),
      }),
      permit("board:read"),
      validator("query", Compare, expected("left and right, or rule, hop, entity and period")),
      async (c) => {
        const { dimensions, match, kinds, where, group, offset, limit, ...of } = c.req.valid("query");
        const how = { dimensions, match, kinds, where, group, offset, limit };
        return c.json(await compareLines(ctx, c.get("actor"), { of, ...how }));
      },
    )
    .get(
      "/api/v1/lines/:id",
      described({ tag: "Lines", summary: "One file with the rows that could not be read", answers: LineExtractDetail }),
      permit("board:read"),
      validator("query", Page, expected("limit")),
      async (c) => {
        const detail = await extractDetail(ctx, c.get("actor"), c.req.param("id"), c.req.valid("query").limit);
        // Rows as they came are confidential; that a file is there is not.
        if (detail.flaws.length > 0) await noteRead(ctx, c.get("actor"), { subject: `lines:${detail.extract.id}` });
        return c.json(detail);
      },
    ) as unknown as Hono;
}
