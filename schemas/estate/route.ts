import * as z from "zod";
import { ExceptionClass, ExceptionCode } from "../event/facets.ts";
import { LocalTime } from "./calendar.ts";
import { Role } from "./role.ts";

/** S1 blocks certification, S2 endangers a deadline, S3 is to be mended in the period, S4 is a notice. */
export const Severity = z.enum(["S1", "S2", "S3", "S4"]);
export type Severity = z.infer<typeof Severity>;

/** `close`: from the group's WD−1 to its deadline; `open`: the rest of the month. */
export const ClosePhase = z.enum(["close", "open"]);
export type ClosePhase = z.infer<typeof ClosePhase>;

/** Which incidents are meant: each part that is given must fit; a part left out fits everything. */
export const Matcher = z.strictObject({
  classes: z.array(ExceptionClass).min(1).optional(),
  severities: z.array(Severity).min(1).optional(),
  codes: z.array(ExceptionCode).min(1).optional(),
  /** Roles the incident belongs to. */
  owners: z.array(Role).min(1).optional(),
  entities: z.array(z.string()).min(1).optional(),
  flows: z.array(z.string()).min(1).optional(),
  phases: z.array(ClosePhase).min(1).optional(),
});
export type Matcher = z.infer<typeof Matcher>;

/** Who is told of what: people of a role, whose entities an incident touches, in their inbox and through receivers. */
export const Route = z.strictObject({
  id: z.string(),
  role: Role,
  ...Matcher.shape,
  /** Only who is on call then is told, not everybody of the role. */
  rotation: z.string().optional(),
  /** Beside the inbox, which everybody told has anyhow. */
  receivers: z.array(z.string()).default([]),
  /** Outside these hours messages wait; S1 never does. */
  hours: z.string().optional(),
  /** S3 and S4 are gathered and told at these times, in the group's zone. */
  digest: z.array(LocalTime).min(1).optional(),
});
export type Route = z.infer<typeof Route>;

/** A place messages are sent to. Secrets never stand here: `connection` names environment variables. */
export const ReceiverDeclaration = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string().min(1),
  /** As listed in `server/receivers/index.ts`. */
  kind: z.string(),
  connection: z
    .record(
      z.string(),
      z.string().regex(/^[A-Z][A-Z0-9_]*$/, "expected the NAME of an environment variable, never a value"),
    )
    .default({}),
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Messages a minute; what is beyond waits, S1 excepted. */
  perMinute: z.int().min(1).default(20),
  /** Whether it lies inside this network. Elsewhere addresses that lead inside are refused. */
  inside: z.boolean().default(false),
});
export type ReceiverDeclaration = z.infer<typeof ReceiverDeclaration>;

/** When somebody reads messages. */
export const Hours = z.strictObject({
  id: z.string(),
  title: z.string().min(1),
  from: LocalTime,
  to: LocalTime,
  days: z.enum(["work-days", "every-day"]).default("work-days"),
});
export type Hours = z.infer<typeof Hours>;

/** People of one role taking turns. */
export const Rotation = z.strictObject({
  id: z.string(),
  title: z.string().min(1),
  role: Role,
  /** E-mail addresses, in the order of their turns. */
  members: z.array(z.email()).min(1),
  /** The first member's first turn starts on this date. */
  startsOn: z.iso.date(),
  days: z.int().min(1).max(92).default(7),
  /** When turns change, in the group's zone; on a day nobody works the change waits for the next work day. */
  at: LocalTime.default("09:00"),
});
export type Rotation = z.infer<typeof Rotation>;

const Step = z
  .strictObject({
    /** Minutes nobody has acknowledged the incident. */
    afterMinutes: z.int().min(1).optional(),
    /** So long before the next deadline of a milestone of the entities touched. */
    beforeMilestone: z.strictObject({ milestone: z.string(), minutes: z.int().min(0) }).optional(),
    role: Role,
    rotation: z.string().optional(),
    receivers: z.array(z.string()).default([]),
  })
  .refine(({ afterMinutes, beforeMilestone }) => (afterMinutes === undefined) !== (beforeMilestone === undefined), {
    message: "expected either afterMinutes or beforeMilestone",
  });

/** Who is told next when nobody acknowledges. */
export const Escalation = z.strictObject({
  id: z.string(),
  ...Matcher.shape,
  severities: z.array(Severity).min(1).default(["S1"]),
  /** Only between these work days of the group's close; always where absent. */
  during: z.strictObject({ fromWorkDay: z.int(), toWorkDay: z.int() }).optional(),
  steps: z.array(Step).min(1),
  /** The escalation that goes on after the last step. */
  next: z.string().optional(),
});
export type Escalation = z.infer<typeof Escalation>;

/** A time in which messages wait, agreed beforehand. S1 is never muted. */
export const MuteWindow = z.strictObject({
  id: z.string(),
  reason: z.string().min(1),
  ...Matcher.shape,
  severities: z
    .array(z.enum(["S2", "S3", "S4"], "expected S2, S3 or S4; an S1 is never muted"))
    .min(1)
    .default(["S3", "S4"]),
  /** Days of the group's close, or days of the week, 1 Monday … 7 Sunday. */
  on: z.union([
    z.strictObject({ fromWorkDay: z.int(), toWorkDay: z.int() }),
    z.strictObject({ weekdays: z.array(z.int().min(1).max(7)).min(1) }),
    z.strictObject({ fromDate: z.iso.date(), toDate: z.iso.date() }),
  ]),
  from: LocalTime.default("00:00"),
  to: LocalTime.optional(),
});
export type MuteWindow = z.infer<typeof MuteWindow>;

/** An estate's own words for messages to a role; `{title}` and others are filled in. */
export const Wording = z.strictObject({
  id: z.string(),
  role: Role,
  codes: z.array(ExceptionCode).min(1).optional(),
  title: z.string().min(1).max(200),
  lead: z.string().max(1000).optional(),
});
export type Wording = z.infer<typeof Wording>;

/** What a wording may name in braces. */
export const WORDING_PLACEHOLDERS = [
  "severity",
  "title",
  "entities",
  "period",
  "reports",
  "deadlines",
  "system",
  "job",
  "runbook",
] as const;
