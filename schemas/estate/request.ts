import * as z from "zod";
import { LocalTime } from "./calendar.ts";
import { Role } from "./role.ts";

/**
 * What can be asked for. sync: run a flow now; replay: run again what failed or was affected; resubmit: take corrected
 * input in; recollect: read a vendor's history again; rebuild: derive again from raw events; freeze and unfreeze: stop
 * loads and let them go on; runbook: carry one out step by step.
 */
export const RequestAct = z.enum([
  "sync",
  "replay",
  "resubmit",
  "recollect",
  "rebuild",
  "freeze",
  "unfreeze",
  "runbook",
]);
export type RequestAct = z.infer<typeof RequestAct>;

/** Where the close of an entity and period stands: not ended yet, being closed, signed, shut, shut for good. */
export const ClosePhase = z.enum(["open", "closing", "signed", "closed", "locked"]);
export type ClosePhase = z.infer<typeof ClosePhase>;

/** How many others must agree; `controller`: one, who is a controller. */
export const Approvals = z.enum(["none", "one", "two", "controller"]);
export type Approvals = z.infer<typeof Approvals>;

export const ExceptionClass = z.enum(["business", "technical", "control"]);
export type ExceptionClass = z.infer<typeof ExceptionClass>;

/** Whose agreement a request needs; the first that fits everything it touches decides. What is left out fits all. */
export const ApprovalPolicy = z.strictObject({
  id: z.string(),
  acts: z.array(RequestAct).optional(),
  criticality: z.array(z.enum(["close-critical", "important", "routine"])).optional(),
  classes: z.array(ExceptionClass).optional(),
  phases: z.array(ClosePhase).optional(),
  approvals: Approvals,
  /** Hours after which an approval not acted on, and a request nobody approved, has run out. */
  expiresHours: z.number().positive().default(24),
});
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

const OnCalendar = z.strictObject({
  workDay: z.int().min(-15).max(25),
  at: LocalTime,
  /** `entity`, `group`, or an IANA zone. */
  zone: z.string().default("entity"),
});

/** A sync asked for again and again: by a cron expression, or on a work day of each close. */
export const Schedule = z.strictObject({
  id: z.string(),
  title: z.string(),
  flow: z.string(),
  /** The hop it begins with; the first that can be driven without it. */
  dataset: z.string().optional(),
  entities: z.union([z.literal("all"), z.array(z.string())]).default("all"),
  /** Five fields, minute first, on the wall clock of `zone`. */
  cron: z.string().optional(),
  /** The IANA zone of `cron`, or `group`. */
  zone: z.string().default("group"),
  calendar: OnCalendar.optional(),
  owner: Role,
});
export type Schedule = z.infer<typeof Schedule>;

/** Days of every close on which some acts are not let through, so that nothing is released while books are shut. */
export const ReleaseFreeze = z.strictObject({
  id: z.string(),
  title: z.string(),
  from: OnCalendar.extend({ zone: z.string().default("group") }),
  until: OnCalendar.extend({ zone: z.string().default("group") }),
  acts: z.array(RequestAct).min(1),
  /** Flows it holds; all of them without it. */
  flows: z.array(z.string()).optional(),
});
export type ReleaseFreeze = z.infer<typeof ReleaseFreeze>;
