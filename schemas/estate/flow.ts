import * as z from "zod";
import { LocalTime } from "./calendar.ts";
import { Measure } from "../event/facets.ts";
import { DecimalString } from "../instant.ts";
import { Role } from "./role.ts";

/** Something figures stand in: a ledger, a message, a planning module, a semantic model. */
export const Dataset = z.strictObject({
  id: z.string(),
  title: z.string(),
  system: z.string(),
  /** The OpenLineage name within the system's namespace. */
  name: z.string(),
  kind: z.enum(["source", "staging", "plan", "report"]),
  systemOfRecord: z.boolean().default(false),
  owner: Role,
});
export type Dataset = z.infer<typeof Dataset>;

/** When a flow's load is expected, in the zone given; hourly loads name a span. */
export const Cadence = z.strictObject({
  daily: z.array(LocalTime).default([]),
  /** Extra loads during the close, every so many minutes, from work day to work day. */
  close: z
    .strictObject({
      fromWorkDay: z.int(),
      toWorkDay: z.int(),
      everyMinutes: z.int().min(5),
      from: LocalTime,
      to: LocalTime,
    })
    .optional(),
  zone: z.string().default("entity"),
  /** Minutes after the expected start before a run counts as missing. */
  graceMinutes: z.int().min(1).default(30),
});
export type Cadence = z.infer<typeof Cadence>;

/** One hop of a flow: the job that fills a dataset, and how to run it again. `{entity}` and `{period}` are filled in. */
export const Hop = z.strictObject({
  dataset: z.string(),
  job: z.string(),
  title: z.string(),
  /** Drives the hop through its system's collector; absent where the system offers no way. */
  rerun: z.strictObject({ job: z.string(), parameters: z.record(z.string(), z.string()).default({}) }).optional(),
});
export type Hop = z.infer<typeof Hop>;

/** A declared path of datasets and jobs, with an owner and a service level. */
export const Flow = z.strictObject({
  id: z.string(),
  title: z.string(),
  pattern: z.enum(["sync-api", "event", "batch", "micro-batch", "file"]),
  cadence: Cadence,
  latencyTier: z.enum(["minutes", "hourly", "daily", "monthly"]),
  criticality: z.enum(["close-critical", "important", "routine"]),
  /** Ages of the data at the last hop, in minutes: due from the first, stale from the second. */
  freshness: z.strictObject({ dueMinutes: z.int().positive(), staleMinutes: z.int().positive() }),
  entities: z.union([z.literal("all"), z.array(z.string())]).default("all"),
  /** The system of record the first hop is taken from: what the flow must be complete through. */
  source: z.string().optional(),
  hops: z.array(Hop).min(1),
  version: z.string().default("actual"),
  owner: Role,
  recoveryMinutes: z.int().positive().optional(),
  runbook: z.string().optional(),
});
export type Flow = z.infer<typeof Flow>;

/** What may differ without being a break. */
export const Tolerance = z.strictObject({
  absolute: DecimalString.default("0"),
  percent: DecimalString.default("0"),
  /** `and`: both must hold; `or`: one is enough. */
  combine: z.enum(["and", "or"]).default("and"),
});
export type Tolerance = z.infer<typeof Tolerance>;

/** A comparison of control totals, leg by leg along a flow. */
export const Reconciliation = z.strictObject({
  id: z.string(),
  title: z.string(),
  flow: z.string(),
  legs: z.array(z.string()).min(2),
  grain: z.array(z.enum(["entity", "ledger", "account", "currency"])).default(["entity", "currency"]),
  measures: z.array(Measure).default(["count", "debit", "credit", "net"]),
  tolerance: Tolerance.prefault({}),
  /** Legs whose sign is turned: dataset → −1. */
  signs: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])).default({}),
  owner: Role,
});
export type Reconciliation = z.infer<typeof Reconciliation>;

/** Which member of one system is which of another, and since when. */
export const Mapping = z.strictObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  dimension: z.string(),
  members: z.array(
    z.strictObject({ from: z.string(), to: z.string(), validFrom: z.iso.date(), validTo: z.iso.date().optional() }),
  ),
});
export type Mapping = z.infer<typeof Mapping>;

/** A dashboard people read, and the datasets behind it. */
export const Report = z.strictObject({
  id: z.string(),
  title: z.string(),
  datasets: z.array(z.string()).min(1),
  owner: Role,
  audience: z.array(Role).default([]),
});
export type Report = z.infer<typeof Report>;
