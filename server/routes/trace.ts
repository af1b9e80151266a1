import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import { DocumentTrace, FigureTrace, Trace, TraceSearch } from "../../schemas/wire/trace.ts";
import { noteRead } from "../audit/note-read.ts";
import type { Actor, Context } from "../context.ts";
import type { Permit } from "../people/permit.ts";
import { searchTraces } from "../trace/search-traces.ts";
import type { TraceContext } from "../trace/trace-batch.ts";
import { traceDocument } from "../trace/trace-document.ts";
import { traceFigure } from "../trace/trace-figure.ts";
import { traceId } from "../trace/trace-id.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const name = z.string().trim().min(1).max(1_000);
const When = {
  /** Only what had reached the tower by then; a day means its end, in UTC. */
  knownAt: z
    .union([
      z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString()),
      z.iso.date().transform((day) => `${day}T23:59:59.999Z`),
    ])
    .optional()
    .transform((at) => at ?? null),
};
const Raw = {
  raw: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true"),
};
const Figure = z.object({
  report: name.optional(),
  dataset: name.optional(),
  entity: name,
  period: PeriodKey,
  version: name.optional(),
  account: name.optional(),
  ...When,
  ...Raw,
});
const Document = z.object({ document: name, entity: name.optional(), period: PeriodKey.optional(), ...When });

type TracingContext = TraceContext & Pick<Context, "postgres" | "clock">;

/** Where a figure came from: by correlation ID or any name of a run, by a report's cell, by a document. */
export function traceRoutes({ ctx, permit }: { ctx: TracingContext; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/trace",
      described({
        tag: "Trace",
        summary: "What can be traced under a name, whoever calls it so",
        answers: TraceSearch,
      }),
      permit("run:read"),
      validator("query", z.object({ q: z.string().max(1_000).default("") }), expected("q, what to look for")),
      async (c) => c.json(await searchTraces(ctx, c.get("actor"), c.req.valid("query").q)),
    )
    .get(
      "/api/v1/trace/figure",
      described({ tag: "Trace", summary: "A report's figure back to its source documents", answers: FigureTrace }),
      permit("run:read"),
      validator("query", Figure, expected("report or dataset, entity, period; version, account and knownAt if wanted")),
      async (c) => {
        const { report = "", dataset = "", entity, period, raw } = c.req.valid("query");
        if (raw) await noteRaw(ctx, c.get("actor"), `figure:${report || dataset}:${entity}:${period}`);
        return c.json(await traceFigure(ctx, c.get("actor"), c.req.valid("query")));
      },
    )
    .get(
      "/api/v1/trace/document",
      described({ tag: "Trace", summary: "A document forward to every report that holds it", answers: DocumentTrace }),
      permit("run:read"),
      validator("query", Document, expected("document; entity, period and knownAt if wanted")),
      async (c) => c.json(await traceDocument(ctx, c.get("actor"), c.req.valid("query"))),
    )
    .get(
      "/api/v1/trace/:id",
      described({ tag: "Trace", summary: "The way of a correlation ID or run through every system", answers: Trace }),
      permit("run:read"),
      validator("query", z.object({ ...When, ...Raw }), expected("knownAt and raw, if wanted")),
      async (c) => {
        const id = c.req.param("id");
        if (c.req.valid("query").raw) await noteRaw(ctx, c.get("actor"), `trace:${id}`);
        return c.json(await traceId(ctx, c.get("actor"), { id, ...c.req.valid("query") }));
      },
    ) as unknown as Hono;
}

/** Whoever may see events as they came is noted to have seen them; others are shown none. */
async function noteRaw(ctx: TracingContext, actor: Actor, subject: string): Promise<void> {
  if (actor.scopes.includes("run:raw")) await noteRead(ctx, actor, { subject });
}
