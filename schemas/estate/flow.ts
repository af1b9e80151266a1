import * as z from "zod";
import { LocalTime } from "./calendar.ts";
import { Measure } from "../event/facets.ts";
import { DecimalString, PeriodKey } from "../instant.ts";
import { RateKind } from "./rate-set.ts";
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

/** A job a system is asked to run; `{entity}` and `{period}` are filled in. */
const Driven = z.strictObject({ job: z.string(), parameters: z.record(z.string(), z.string()).default({}) });

/** One hop of a flow: the job that fills a dataset, and how to run it again. `{entity}` and `{period}` are filled in. */
export const Hop = z.strictObject({
  dataset: z.string(),
  job: z.string(),
  title: z.string(),
  /** Drives the hop through its system's collector; absent where the system offers no way. */
  rerun: Driven.extend({
    /** `posts`: every run adds to what is there, so that running twice would count twice; otherwise it replaces. */
    effect: z.enum(["replaces", "posts"]).optional(),
    /** Takes back what a run posted. */
    reverse: Driven.optional(),
  }).optional(),
});
export type Hop = z.infer<typeof Hop>;

const Ages = z.strictObject({ dueMinutes: z.int().positive(), staleMinutes: z.int().positive() });

/** A service level: `onTimePercent: "99.0"` leaves one load in a hundred as error budget. */
export const Objective = z.strictObject({
  onTimePercent: z
    .string()
    .regex(/^(100(\.0{1,3})?|\d{1,2}(\.\d{1,3})?)$/, 'expected a percentage as text, for example "99.5"'),
  /** Minutes from the expected start until the data must have arrived; when it would be due, without it. */
  withinMinutes: z.int().positive().optional(),
  /** The dataset it must have arrived in; the flow's last without it. */
  through: z.string().optional(),
  /** The first period it is measured in. */
  since: PeriodKey.optional(),
});

/** A declared path of datasets and jobs, with an owner and a service level. */
export const Flow = z.strictObject({
  id: z.string(),
  title: z.string(),
  pattern: z.enum(["sync-api", "event", "batch", "micro-batch", "file"]),
  cadence: Cadence,
  latencyTier: z.enum(["minutes", "hourly", "daily", "monthly"]),
  criticality: z.enum(["close-critical", "important", "routine"]),
  /**
   * Minutes an expected load may take to arrive: due from the first, stale from the second. Loads of the cadence's close
   * window are judged by `close`; without it by what the latency tier allows there, if that is less.
   */
  freshness: Ages.extend({ close: Ages.optional() }),
  /** The share of expected loads that must arrive in time in each period, and what in time means. */
  objective: Objective.optional(),
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
  /** Most that the differences tolerated at one hop may add up to; without it there is no such limit. */
  cap: DecimalString.optional(),
});
export type Tolerance = z.infer<typeof Tolerance>;

/** Accounts from one to another, both included, compared as text. */
export const AccountRange = z.strictObject({ from: z.string(), to: z.string() });
export type AccountRange = z.infer<typeof AccountRange>;

/** From one leg on amounts are in another currency. */
export const Translation = z.strictObject({
  leg: z.string(),
  /** `entity`: its functional currency; `group`: the group's; else an ISO 4217 code. */
  to: z.string(),
  rateSet: z.string(),
  rate: RateKind.default("closing"),
  /** Accounts translated at another kind of rate, the first that fits. */
  except: z.array(z.strictObject({ accounts: AccountRange, rate: RateKind })).default([]),
});
export type Translation = z.infer<typeof Translation>;

/**
 * A comparison of control totals. `flow`: leg by leg along a flow; `sum`: the first leg is what the others add up to;
 * `budget`: the first leg less those between is what the last says is available.
 */
export const Reconciliation = z.strictObject({
  id: z.string(),
  title: z.string(),
  kind: z.enum(["flow", "sum", "budget"]).default("flow"),
  /** The flow whose entities and calendar apply, and whose datasets the legs are unless the kind says otherwise. */
  flow: z.string(),
  legs: z.array(z.string()).min(2),
  /** Versions of legs that do not carry the flow's: dataset → version. */
  versions: z.record(z.string(), z.string()).default({}),
  grain: z.array(z.enum(["entity", "ledger", "account", "currency"])).default(["entity", "currency"]),
  measures: z.array(Measure).default(["count", "debit", "credit", "net"]),
  tolerance: Tolerance.prefault({}),
  /** Legs whose sign is turned: dataset → −1. */
  signs: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])).default({}),
  /** Mappings between the codes of two legs; each applies from the leg it leads to. */
  mappings: z.array(z.string()).default([]),
  translations: z.array(Translation).default([]),
  /** From a leg on only these accounts travel; the others are accounted for as filtered. */
  filters: z.array(z.strictObject({ leg: z.string(), accounts: AccountRange })).default([]),
  /** Work days a newer snapshot may be missing at the next hop before that is a break rather than timing. */
  timing: z.strictObject({ workDays: z.int().min(0).max(60) }).optional(),
  /** A difference planted at a leg in every check: a rule that does not find it is broken. */
  canary: z.strictObject({ leg: z.string(), amount: DecimalString }).optional(),
  /** Who approved which version of this rule; a rule changed since is no longer approved. */
  approved: z.strictObject({ by: z.string(), on: z.iso.date(), version: z.string() }).optional(),
  owner: Role,
});
export type Reconciliation = z.infer<typeof Reconciliation>;

/** Which member of one system is which of another, and since when. */
export const Mapping = z.strictObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  /** `Account` and `Ledger` are applied to control totals; other dimensions explain refused rows. */
  dimension: z.string(),
  members: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      validFrom: z.iso.date(),
      validTo: z.iso.date().optional(),
      /** When it became known, where that is later than `validFrom`: a retroactive change. */
      recordedOn: z.iso.date().optional(),
    }),
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
