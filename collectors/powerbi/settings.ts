import * as z from "zod";

const Guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "expected a GUID");
const Dataset = z.strictObject({ namespace: z.string(), name: z.string() });

/** Tables and columns of a semantic model that tell what it adds up to and which batches it holds. */
const TotalsNames = z.strictObject({
  facts: z.string().default("FactGL"),
  entity: z.string().default("Entity"),
  period: z.string().default("Period"),
  currency: z.string().default("Currency"),
  debit: z.string().default("Debit"),
  credit: z.string().default("Credit"),
  /** One row for each entity and period: the batch the model's figures came with. */
  log: z.string().default("LoadLog"),
  batch: z.string().default("BatchId"),
  snapshotAsOf: z.string().default("SnapshotAsOf"),
});
export type TotalsNames = z.infer<typeof TotalsNames>;

const Model = z.strictObject({
  groupId: Guid,
  /** Power BI calls a semantic model a dataset. */
  datasetId: Guid,
  /** The OpenLineage names of the model and of its refresh. */
  name: z.string(),
  job: z.string(),
  reads: z.array(Dataset).default([]),
  ledger: z.string().default(""),
  version: z.string().default("actual"),
  /** Without it refreshes are read and nothing is asked of the model itself. */
  totals: TotalsNames.optional(),
  /** How many of the newest periods of the model are reported. */
  latestPeriods: z.int().positive().default(3),
});
export type Model = z.infer<typeof Model>;

/** Which dataset of the estate stands behind a data source, told by part of its connection. */
const Source = z.strictObject({ contains: z.string().min(1), ...Dataset.shape });

export const PowerbiSettings = z.strictObject({
  tenantId: Guid,
  models: z.array(Model).min(1),
  lineage: z
    .strictObject({ everyMinutes: z.number().positive().default(60), sources: z.array(Source).default([]) })
    .optional(),
  /** Enhanced refreshes need Premium, Premium per user or Embedded; they can be cancelled and tell their id. */
  enhancedRefresh: z.boolean().default(true),
  /** What a refresh reported as Disabled counts as. Unverified, hence a setting. */
  disabledCountsAs: z.enum(["failed", "aborted"]).default("failed"),
  /** The published limit is that of queries: 120 a minute and user. Limits of other requests are unverified. */
  requestsPerSecond: z.number().positive().default(2),
  burst: z.int().positive().default(120),
});
export type PowerbiSettings = z.infer<typeof PowerbiSettings>;
