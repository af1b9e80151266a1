import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Facets } from "../../schemas/event/open-lineage.ts";
import { noteRead } from "../audit/note-read.ts";
import type { Context } from "../context.ts";
import { runDetail } from "../facts/run-detail.ts";
import { dataset, datasets, job, jobRuns, jobs, namespaces, search } from "../marquez/lists.ts";
import { marquezRun } from "../marquez/entities.ts";
import {
  MarquezDataset,
  MarquezEvents,
  MarquezJob,
  MarquezNamespace,
  MarquezRun,
  MarquezSearch,
  MarquezSource,
} from "../marquez/shapes.ts";
import type { Permit } from "../people/permit.ts";
import { Fault } from "../fault.ts";
import { eventCountBetween, eventPage } from "../store/clickhouse/lineage-runs.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const limit = z.coerce.number().int().min(0).max(1_000).default(100);
const offset = z.coerce.number().int().min(0).default(0);
const Page = z.object({ limit, offset });
const States = z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]);
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const upper = <T extends string>(words: readonly [T, ...T[]]) => z.string().toUpperCase().pipe(z.enum(words));
const Search = z.object({
  q: z.string().max(1_000),
  filter: upper(["JOB", "DATASET"]).optional(),
  sort: z
    .string()
    .toUpperCase()
    .transform((text) => (text.startsWith("UPDATE") ? ("UPDATE_AT" as const) : ("NAME" as const)))
    .default("NAME"),
  namespace: z.string().optional(),
  limit,
});
const Events = z.object({
  limit,
  offset,
  before: instant.default("2200-01-01T00:00:00.000Z"),
  after: instant.default("1970-01-01T00:00:00.000Z"),
  sortDirection: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["asc", "desc"]))
    .default("desc"),
});
const PAGED = "limit and offset";

interface Deps {
  ctx: Context;
  permit: Permit;
}

/** The rest of Marquez's read API, off the same graph: namespaces, sources, jobs, datasets, runs, events, search, tags. */
export function marquezRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [listed(deps), jobDoors(deps), datasetDoors(deps), runDoors(deps)]) routes.route("/", part);
  return routes;
}

function listed({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/namespaces",
      described({
        tag: "Marquez",
        summary: "Namespaces",
        answers: z.object({ namespaces: z.array(MarquezNamespace) }),
      }),
      permit("board:read"),
      (c) => c.json(namespaces(ctx)),
    )
    .get(
      "/api/v1/namespaces/:namespace",
      described({ tag: "Marquez", summary: "One namespace", answers: MarquezNamespace }),
      permit("board:read"),
      (c) => {
        const found = namespaces(ctx).namespaces.find(({ name }) => name === c.req.param("namespace"));
        if (!found) throw new Fault("not-found", "There is no such namespace.");
        return c.json(found);
      },
    )
    .get(
      "/api/v1/sources",
      described({ tag: "Marquez", summary: "Systems", answers: z.object({ sources: z.array(MarquezSource) }) }),
      permit("board:read"),
      (c) => {
        const sources = ctx.estate.systems.map(({ title, collector, namespace }) => {
          return {
            type: collector.toUpperCase(),
            name: title,
            createdAt: null,
            updatedAt: null,
            connectionUrl: namespace,
            description: null,
          };
        });
        return c.json({ sources });
      },
    )
    .get(
      "/api/v1/search",
      described({ tag: "Marquez", summary: "Find jobs and datasets by name", answers: MarquezSearch }),
      permit("board:read"),
      validator("query", Search, expected("q, filter, sort, namespace and limit")),
      (c) => c.json(search(ctx, c.req.valid("query"))),
    )
    .get(
      "/api/v1/events/lineage",
      described({ tag: "Marquez", summary: "Events as they came", answers: MarquezEvents }),
      permit("run:raw"),
      validator("query", Events, expected("before and after as ISO 8601 instants, sortDirection, limit and offset")),
      async (c) => {
        const { sortDirection, ...asked } = c.req.valid("query");
        const { before, after } = asked;
        await noteRead(ctx, c.get("actor"), { subject: "events:lineage", detail: { before, after } });
        const [rows, [count]] = await Promise.all([
          ctx.clickhouse.ask(eventPage, { ...asked, ascending: sortDirection === "asc" }),
          ctx.clickhouse.ask(eventCountBetween, { before, after }),
        ]);
        const events = rows.map(({ raw }) => JSON.parse(raw.replace(/^\uFEFF/, "")) as unknown);
        return c.json({ events, totalCount: count?.events ?? 0 });
      },
    )
    .get(
      "/api/v1/tags",
      described({
        tag: "Marquez",
        summary: "Tags; none are kept here",
        answers: z.object({ tags: z.array(z.object({ name: z.string(), description: z.string() })) }),
      }),
      permit("board:read"),
      (c) => c.json({ tags: [] }),
    ) as unknown as Hono;
}

const Jobs = z.object({ totalCount: z.int(), jobs: z.array(MarquezJob) });
const Listing = Page.extend({ lastRunStates: States });

function jobDoors({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/jobs",
      described({ tag: "Marquez", summary: "Jobs of all namespaces", answers: Jobs }),
      permit("board:read"),
      validator("query", Listing, expected(`${PAGED}, lastRunStates`)),
      async (c) => c.json(await jobs(ctx, null, c.req.valid("query"), c.req.valid("query").lastRunStates)),
    )
    .get(
      "/api/v1/namespaces/:namespace/jobs",
      described({ tag: "Marquez", summary: "Jobs of a namespace", answers: Jobs }),
      permit("board:read"),
      validator("query", Listing, expected(`${PAGED}, lastRunStates`)),
      async (c) => {
        const asked = c.req.valid("query");
        return c.json(await jobs(ctx, c.req.param("namespace"), asked, asked.lastRunStates));
      },
    )
    .get(
      "/api/v1/namespaces/:namespace/jobs/:job",
      described({ tag: "Marquez", summary: "One job", answers: MarquezJob }),
      permit("board:read"),
      async (c) => c.json(await job(ctx, { namespace: c.req.param("namespace"), name: c.req.param("job") })),
    )
    .get(
      "/api/v1/namespaces/:namespace/jobs/:job/runs",
      described({
        tag: "Marquez",
        summary: "Runs of a job, newest first",
        answers: z.object({ runs: z.array(MarquezRun), totalCount: z.int() }),
      }),
      permit("run:read"),
      validator("query", Page, expected(PAGED)),
      async (c) => {
        const name = { namespace: c.req.param("namespace"), name: c.req.param("job") };
        return c.json(await jobRuns(ctx, name, c.req.valid("query")));
      },
    ) as unknown as Hono;
}

function datasetDoors({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/namespaces/:namespace/datasets",
      described({
        tag: "Marquez",
        summary: "Datasets of a namespace",
        answers: z.object({ totalCount: z.int(), datasets: z.array(MarquezDataset) }),
      }),
      permit("board:read"),
      validator("query", Page, expected(PAGED)),
      (c) => c.json(datasets(ctx, c.req.param("namespace"), c.req.valid("query"))),
    )
    .get(
      "/api/v1/namespaces/:namespace/datasets/:dataset",
      described({ tag: "Marquez", summary: "One dataset with its fields", answers: MarquezDataset }),
      permit("board:read"),
      async (c) => c.json(await dataset(ctx, { namespace: c.req.param("namespace"), name: c.req.param("dataset") })),
    ) as unknown as Hono;
}

function runDoors({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/jobs/runs/:id",
      described({ tag: "Marquez", summary: "One run", answers: MarquezRun }),
      permit("run:read"),
      async (c) => {
        const { run, facets } = await runDetail(ctx, c.get("actor"), c.req.param("id"));
        return c.json(marquezRun(run, facets.run));
      },
    )
    .get(
      "/api/v1/jobs/runs/:id/facets",
      described({
        tag: "Marquez",
        summary: "The facets of a run or of its job",
        answers: z.object({ runId: z.string(), facets: Facets }),
      }),
      permit("run:read"),
      validator("query", z.object({ type: z.enum(["run", "job"]) }), expected("type, run or job")),
      async (c) => {
        const { run, facets } = await runDetail(ctx, c.get("actor"), c.req.param("id"));
        return c.json({ runId: run.runId, facets: facets[c.req.valid("query").type] });
      },
    ) as unknown as Hono;
}
