import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import type { Context } from "../context.ts";
import { MarquezDatasetVersion, MarquezJobVersion } from "../marquez/shapes.ts";
import { datasetVersion, datasetVersions, jobVersion, jobVersions } from "../marquez/versions.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Page = z.object({
  /** The last event of each version's run is read, so that a page is short. */
  limit: z.coerce.number().int().min(0).max(200).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});
const PAGED = "limit up to 200 and offset";

/** Versions of jobs and datasets in Marquez's shapes. */
export function marquezVersionRoutes({ ctx, permit }: { ctx: Context; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/namespaces/:namespace/jobs/:job/versions",
      described({
        tag: "Marquez",
        summary: "Versions of a job: what its runs read and wrote, the one seen last first",
        answers: z.object({ versions: z.array(MarquezJobVersion), totalCount: z.int() }),
      }),
      permit("run:read"),
      validator("query", Page, expected(PAGED)),
      async (c) => {
        const { namespace, job: name } = c.req.param();
        return c.json(await jobVersions(ctx, { namespace, name }, c.req.valid("query")));
      },
    )
    .get(
      "/api/v1/namespaces/:namespace/jobs/:job/versions/:version",
      described({ tag: "Marquez", summary: "One version of a job", answers: MarquezJobVersion }),
      permit("run:read"),
      async (c) => {
        const { namespace, job: name, version } = c.req.param();
        return c.json(await jobVersion(ctx, { namespace, name }, version));
      },
    )
    .get(
      "/api/v1/namespaces/:namespace/datasets/:dataset/versions",
      described({
        tag: "Marquez",
        summary: "Versions of a dataset, newest first: one for each run that wrote it",
        answers: z.object({ versions: z.array(MarquezDatasetVersion), totalCount: z.int() }),
      }),
      permit("run:read"),
      validator("query", Page, expected(PAGED)),
      async (c) => {
        const { namespace, dataset: name } = c.req.param();
        return c.json(await datasetVersions(ctx, { namespace, name }, c.req.valid("query")));
      },
    )
    .get(
      "/api/v1/namespaces/:namespace/datasets/:dataset/versions/:version",
      described({ tag: "Marquez", summary: "One version of a dataset", answers: MarquezDatasetVersion }),
      permit("run:read"),
      async (c) => {
        const { namespace, dataset: name, version } = c.req.param();
        return c.json(await datasetVersion(ctx, { namespace, name }, version));
      },
    ) as unknown as Hono;
}
