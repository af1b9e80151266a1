import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import {
  DifferenceKind,
  LineComparison,
  LineExtract,
  LineExtractDetail,
  LineExtractPage,
} from "../../schemas/wire/lines.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { compareLines } from "../lines/compare-lines.ts";
import { DeclarationQuery } from "../lines/declaration.ts";
import { extractDetail, extractPage } from "../lines/extract-rows.ts";
import { handInLines } from "../lines/hand-in-lines.ts";
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
const Page = z.object({ limit: pageLimit(200, 1_000) });

interface Deps {
  ctx: Context;
  permit: Permit;
}

/** Line extracts: files handed in, and two of them side by side. */
export function lineRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [handingIn(deps), reading(deps)]) routes.route("/", part);
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
      const encoding = (c.req.header("content-encoding") ?? "identity").toLowerCase();
      if (encoding !== "identity" && encoding !== "gzip")
        throw new Fault("unsupported-media", `Content-Encoding ${encoding} is not read here. Send gzip, or none.`);
      if (!c.req.raw.body) throw new Fault("invalid-input", "Expected the file as the body. There is none.");
      const source = Readable.fromWeb(c.req.raw.body as ReadableStream);
      const file = { source, gzip: encoding === "gzip" };
      const { extract, again } = await handInLines(ctx, c.get("actor"), c.req.valid("query"), file);
      if (extract.state === "quarantined")
        throw new Fault("unacceptable-lines", `${extract.reason} The file is quarantined.`, { extract: extract.id });
      return c.json(extract, again ? 200 : 201);
    },
  ) as unknown as Hono;
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
      "/api/v1/lines/compare",
      described({ tag: "Lines", summary: "Two extracts side by side: the lines that differ", answers: LineComparison }),
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
      async (c) => c.json(await extractDetail(ctx, c.get("actor"), c.req.param("id"), c.req.valid("query").limit)),
    ) as unknown as Hono;
}
