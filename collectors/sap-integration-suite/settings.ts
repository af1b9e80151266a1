import * as z from "zod";
import { Qualifier } from "../../schemas/event/facets.ts";

/** A run of another system that a message names in a custom header: `job` is that system's job, `{entity}` filled in. */
const RunReference = z.strictObject({ namespace: z.string(), job: z.string(), header: z.string() });

const IFlow = z.strictObject({
  /** As in IntegrationFlowName; `{entity}` stands for the entity's id. */
  name: z.string().min(1),
  /** The dataset its messages fill, in this system's namespace. */
  dataset: z.string().min(1),
  inputs: z.array(z.strictObject({ namespace: z.string(), name: z.string() })).default([]),
  upstream: RunReference.optional(),
  downstream: RunReference.optional(),
  /** Path of the flow's HTTPS sender endpoint, for example `/http/gl-actuals/{entity}`; without it the flow cannot be driven. */
  trigger: z.string().startsWith("/").optional(),
});
export type IFlow = z.infer<typeof IFlow>;

/** Which custom header properties carry what. The names are a convention between the estate and its iFlows. */
const Headers = z.strictObject({
  entity: z.string().default("entity"),
  period: z.string().default("period"),
  currency: z.string().default("currency"),
  recordCount: z.string().default("recordCount"),
  debitTotal: z.string().default("debitTotal"),
  creditTotal: z.string().default("creditTotal"),
  controlTotal: z.string().default("controlTotal"),
  snapshotAsOf: z.string().default("snapshotAsOf"),
});

/** The grammar of `settings` for a system read by `sap-integration-suite`. */
export const Settings = z.strictObject({
  iflows: z.array(IFlow).min(1),
  ledger: z.string().default("0L"),
  version: z.string().default("actual"),
  headers: Headers.prefault({}),
  /** Custom statuses (SAP_MessageProcessingLogCustomStatus) that say more than COMPLETED does. */
  customStatuses: z.record(z.string(), Qualifier).default({}),
  /** How long the tenant keeps message processing logs; 30 unless archiving or a contract says otherwise. */
  retentionDays: z.number().positive().default(30),
  /** How far before the last LogEnd each poll reads again. */
  overlapMinutes: z.number().positive().default(10),
  /** How long an ABANDONED message is watched for its return. */
  abandonedDays: z.number().positive().default(3),
  /** Rows on a page; the vendor caps it at 1000. */
  pageSize: z.int().min(1).max(1000).default(1000),
  /** Of this collector's share; the vendor allows 100 a second for each user. */
  requestsPerSecond: z.number().positive().default(50),
});
export type Settings = z.infer<typeof Settings>;
