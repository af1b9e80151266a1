import * as z from "zod";
import { Facets } from "../../schemas/event/open-lineage.ts";
import { RunState } from "../../schemas/run.ts";

/** Shapes of Marquez's read API, as its OpenAPI document and its console have them. */

const instant = z.string().nullable();
export const Name = z.object({ namespace: z.string(), name: z.string() });
const Edge = z.object({ origin: z.string(), destination: z.string() });

export const MarquezRun = z.object({
  id: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  nominalStartTime: instant,
  nominalEndTime: instant,
  state: RunState,
  startedAt: instant,
  endedAt: instant,
  durationMs: z.number().nullable(),
  args: z.record(z.string(), z.unknown()),
  jobVersion: Name.extend({ version: z.string() }).nullable(),
  facets: Facets,
});
export type MarquezRun = z.infer<typeof MarquezRun>;

const described = {
  id: Name,
  name: z.string(),
  namespace: z.string(),
  /** When events first and last showed it; null for what only the estate declares. */
  createdAt: instant,
  updatedAt: instant,
  description: z.string().nullable(),
};

export const MarquezJob = z.object({
  ...described,
  type: z.enum(["BATCH", "STREAM", "SERVICE"]),
  simpleName: z.string(),
  parentJobName: z.string().nullable(),
  inputs: z.array(Name),
  outputs: z.array(Name),
  location: z.string().nullable(),
  latestRun: MarquezRun.nullable(),
  latestRuns: z.array(MarquezRun),
  tags: z.array(z.string()),
  facets: Facets,
});
export type MarquezJob = z.infer<typeof MarquezJob>;

/** What a job's runs read and wrote for a while. */
export const MarquezJobVersion = z.object({
  id: Name.extend({ version: z.string() }),
  name: z.string(),
  namespace: z.string(),
  version: z.string(),
  type: z.enum(["BATCH", "STREAM", "SERVICE"]),
  /** When a run was first seen to do so. */
  createdAt: z.string(),
  location: z.string().nullable(),
  description: z.string().nullable(),
  inputs: z.array(Name),
  outputs: z.array(Name),
  facets: Facets,
  latestRun: MarquezRun.nullable(),
});
export type MarquezJobVersion = z.infer<typeof MarquezJobVersion>;

const Fields = z.array(
  z.object({
    name: z.string(),
    type: z.string().nullable(),
    tags: z.array(z.string()),
    description: z.string().nullable(),
  }),
);

/** A dataset as one run left it. */
export const MarquezDatasetVersion = z.object({
  /** The version is the run's id. */
  id: Name.extend({ version: z.string() }),
  name: z.string(),
  namespace: z.string(),
  version: z.string(),
  type: z.literal("DB_TABLE"),
  physicalName: z.string(),
  sourceName: z.string(),
  description: z.string().nullable(),
  createdAt: z.string(),
  fields: Fields,
  tags: z.array(z.string()),
  facets: Facets,
  lifecycleState: z.string().nullable(),
  createdByRun: MarquezRun.nullable(),
});
export type MarquezDatasetVersion = z.infer<typeof MarquezDatasetVersion>;

export const MarquezDataset = z.object({
  ...described,
  type: z.literal("DB_TABLE"),
  physicalName: z.string(),
  sourceName: z.string(),
  fields: Fields,
  tags: z.array(z.string()),
  lastModifiedAt: instant,
  lastLifecycleState: z.string().nullable(),
  facets: Facets,
  deleted: z.boolean(),
  columnLineage: z.null(),
});
export type MarquezDataset = z.infer<typeof MarquezDataset>;

export const MarquezGraph = z.object({
  graph: z.array(
    z.object({
      id: z.string(),
      type: z.enum(["JOB", "DATASET"]),
      data: z.union([MarquezJob, MarquezDataset]),
      inEdges: z.array(Edge),
      outEdges: z.array(Edge),
    }),
  ),
});
export type MarquezGraph = z.infer<typeof MarquezGraph>;

const InputField = z.object({
  namespace: z.string(),
  dataset: z.string(),
  field: z.string(),
  transformationDescription: z.string().nullable(),
  transformationType: z.string().nullable(),
});

export const MarquezColumns = z.object({
  graph: z.array(
    z.object({
      id: z.string(),
      type: z.literal("DATASET_FIELD"),
      data: z.object({
        namespace: z.string(),
        dataset: z.string(),
        datasetVersion: z.null(),
        field: z.string(),
        fieldType: z.string().nullable(),
        transformationDescription: z.string().nullable(),
        transformationType: z.string().nullable(),
        inputFields: z.array(InputField),
      }),
      inEdges: z.array(Edge),
      outEdges: z.array(Edge),
    }),
  ),
});
export type MarquezColumns = z.infer<typeof MarquezColumns>;

export const MarquezNamespace = z.object({
  name: z.string(),
  createdAt: instant,
  updatedAt: instant,
  ownerName: z.string(),
  description: z.string().nullable(),
  isHidden: z.literal(false),
});
export type MarquezNamespace = z.infer<typeof MarquezNamespace>;

export const MarquezSource = z.object({
  type: z.string(),
  name: z.string(),
  createdAt: instant,
  updatedAt: instant,
  connectionUrl: z.string(),
  description: z.string().nullable(),
});

export const MarquezSearch = z.object({
  totalCount: z.int(),
  results: z.array(
    z.object({
      name: z.string(),
      namespace: z.string(),
      nodeId: z.string(),
      type: z.enum(["JOB", "DATASET"]),
      updatedAt: instant,
    }),
  ),
});
export type MarquezSearch = z.infer<typeof MarquezSearch>;

export const MarquezEvents = z.object({ events: z.array(z.unknown()), totalCount: z.int() });
