import * as z from "zod";
import { ExceptionClass, RequestAct } from "../estate/request.ts";
import { Role } from "../estate/role.ts";
import { Instant, PeriodKey } from "../instant.ts";
import { RequestState, type StepRow } from "./request.ts";

/** The clock every board is judged by; on real systems it simply runs. */
export const ClockRow = z.object({
  kind: z.literal("clock"),
  now: Instant,
  /** Simulated seconds per second; 1 on real systems, 0 while paused. */
  speed: z.number(),
  /** True where a sandbox plays the systems: the clock can be driven from the console. */
  simulated: z.boolean(),
  /** Where play stops by itself. */
  endsAt: Instant.nullable(),
});
export type ClockRow = z.infer<typeof ClockRow>;

export const CollectorState = z.enum(["starting", "ok", "degraded", "down"]);

/** Why a vendor could not be read, as `VendorError` of the collectors names it. */
const CollectorTrouble = z.enum([
  "unreachable",
  "unauthorized",
  "forbidden",
  "rate-limited",
  "nonsense",
  "refused",
  "not-found",
]);

/** One system's collector, as the platform owner watches it. */
export const CollectorRow = z.object({
  kind: z.literal("collector"),
  system: z.string(),
  title: z.string(),
  collector: z.string(),
  systemKind: z.string(),
  state: CollectorState,
  /** Why it is not ok, since when, and when it tries again. */
  reason: z.string().nullable(),
  /** What kind of trouble: what a person must act on is told from what passes. */
  reasonCode: CollectorTrouble.nullable().optional(),
  /** What does not keep it from reading and deserves a look: a vendor's clock that is hours off. */
  notice: z.string().nullable().optional(),
  sinceAt: Instant.nullable(),
  nextTryAt: Instant.nullable(),
  lastPollAt: Instant.nullable(),
  /** When the last complete reading began: what had happened by then has been seen. */
  readThroughAt: Instant.nullable().optional(),
  lastEventAt: Instant.nullable(),
  /** Age of the newest event at the moment it was read. */
  lagSeconds: z.number().nullable(),
  pollMilliseconds: z.number().nullable(),
  requests: z.int(),
  events: z.int(),
  errors: z.int(),
  openRuns: z.int(),
});
export type CollectorRow = z.infer<typeof CollectorRow>;

/** Input that could not be accepted, kept whole. */
export const QuarantineRow = z.object({
  kind: z.literal("quarantine"),
  id: z.string(),
  receivedAt: Instant,
  source: z.string(),
  contentType: z.string(),
  reason: z.string(),
  /** JSON pointer to what was wrong, where it could be told. */
  path: z.string(),
  sizeBytes: z.int(),
  state: z.enum(["open", "resubmitted", "discarded"]),
  resolvedAt: Instant.nullable(),
  resolvedBy: z.string().nullable(),
  resolution: z.string().nullable(),
});
export type QuarantineRow = z.infer<typeof QuarantineRow>;

/** What a person, a schedule or automation asked for. What is about several of a kind names none: null. */
export const RequestRow = z.object({
  kind: z.literal("request"),
  id: z.string(),
  act: RequestAct,
  title: z.string(),
  class: ExceptionClass,
  flow: z.string().nullable(),
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
  dataset: z.string().nullable(),
  /** Entities it touches; empty where it touches no figures. */
  entities: z.array(z.string()),
  state: RequestState,
  requestedBy: z.string(),
  requestedAt: Instant,
  changedAt: Instant,
  reason: z.string(),
  correlationId: z.string().nullable(),
  runId: z.string().nullable(),
  outcome: z.string().nullable(),
  /** Steps by how far they are. */
  progress: z.object({
    total: z.int(),
    done: z.int(),
    underWay: z.int(),
    asking: z.int(),
    /** Failed and not dealt with. */
    failed: z.int(),
  }),
  approval: z.object({ needed: z.int(), given: z.int(), expiresAt: Instant.nullable(), brokenGlass: z.boolean() }),
  /** The freeze that holds it; null where none does. */
  heldBy: z.string().nullable(),
  /** The schedule it came from. */
  schedule: z.string().nullable(),
});
export type RequestRow = z.infer<typeof RequestRow>;
/** Rows of the topic `request/<id>`: `head`, and steps by `step:<id>`. */
export type RequestTopicRow = RequestRow | StepRow;

/** The person at the console. */
export const Me = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  /** Entities this person may see; `all` for the whole estate. */
  entities: z.union([z.literal("all"), z.array(z.string())]),
  /** Periods an auditor's sight is limited to; `all` where it is not. */
  periods: z.union([z.literal("all"), z.array(z.string())]).default("all"),
  /** What this person may do, so that the console shows only that; the server decides again. */
  may: z.array(z.string()),
  /** A role taken beside one's own for a time, and until when. */
  taken: z.object({ id: z.string(), role: Role, until: Instant }).nullable().default(null),
  /** `needed`: the role asks for one, and nothing else may be done before; `elsewhere`: there is no password it could stand beside. */
  secondFactor: z.enum(["on", "off", "needed", "elsewhere"]).default("off"),
});
export type Me = z.infer<typeof Me>;
