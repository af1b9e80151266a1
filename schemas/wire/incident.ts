import * as z from "zod";
import { Role } from "../estate/role.ts";
import { ExceptionClass, ExceptionCode } from "../event/facets.ts";
import { Instant, PeriodKey } from "../instant.ts";
import { RunbookGuide } from "./runbook.ts";

/** S1 blocks certification, S2 endangers a deadline, S3 stays within the period, S4 is a notice. */
export const Severity = z.enum(["S1", "S2", "S3", "S4"]);
export type Severity = z.infer<typeof Severity>;

/** open → acknowledged → resolved; snoozed for a time from either, and open again when that is over. */
export const IncidentState = z.enum(["open", "acknowledged", "snoozed", "resolved"]);
export type IncidentState = z.infer<typeof IncidentState>;

const Person = z.object({ id: z.string(), name: z.string() });

/** What is told to one kind of reader. */
export const IncidentWords = z.object({ title: z.string(), text: z.string() });
export type IncidentWords = z.infer<typeof IncidentWords>;

/** What is at fault: the one thing that, mended, mends the rest. Null where the cause has no such part. */
export const IncidentCause = z.object({
  /** What kind of thing: a system that cannot be used, a run, rows it refused, figures, a report, people's part, input, the tower. */
  kind: z.enum(["system", "run", "rows", "figures", "report", "people", "input", "tower"]),
  system: z.string().nullable(),
  dataset: z.string().nullable(),
  flow: z.string().nullable(),
  job: z.string().nullable(),
  runId: z.string().nullable(),
  correlationId: z.string().nullable(),
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
  /** The vendor's words, quoted as they came. */
  detail: z.string().nullable(),
});
export type IncidentCause = z.infer<typeof IncidentCause>;

/** What it endangers, as the estate names it. */
export const IncidentImpact = z.object({
  reports: z.array(z.object({ id: z.string(), title: z.string() })),
  /** `dueAt`: the first of their deadlines that is not met; null where all are. */
  milestones: z.array(
    z.object({ id: z.string(), title: z.string(), dueAt: Instant.nullable(), entities: z.array(z.string()) }),
  ),
  signoffs: z.array(z.object({ milestone: z.string(), title: z.string(), entities: z.array(z.string()) })),
});
export type IncidentImpact = z.infer<typeof IncidentImpact>;

/** Resolved by itself because its cause is gone, taken into another incident, or ended by a person. */
export const IncidentResolution = z.object({
  how: z.enum(["cause gone", "part of another", "by hand"]),
  text: z.string(),
  by: Person.nullable(),
  /** The incident it turned out to be part of. */
  into: z.string().nullable(),
});
export type IncidentResolution = z.infer<typeof IncidentResolution>;

export const IncidentNote = z.object({ text: z.string(), by: Person, at: Instant });
export type IncidentNote = z.infer<typeof IncidentNote>;

/**
 * One root cause with all it brings about, whole: as it is kept, in the words of every kind of reader. Doors answer
 * `IncidentRow`, which is this as one reader may read it.
 */
export const Incident = z.object({
  id: z.string(),
  /** Counted up, for people to name it by. */
  number: z.int(),
  code: ExceptionCode,
  class: ExceptionClass,
  severity: Severity,
  state: IncidentState,
  ownerRole: Role,
  /** finance reads reports and deadlines; engineering reads systems, jobs and vendors' words, without amounts. */
  words: z.object({ finance: IncidentWords, engineering: IncidentWords }),
  cause: IncidentCause,
  entities: z.array(z.string()),
  periods: z.array(PeriodKey),
  flows: z.array(z.string()),
  /** Exceptions there now: of the cause itself, and all it brings about with them. */
  causeCount: z.int(),
  exceptionCount: z.int(),
  /** Decimal text in one entity's currency; null where no amount is known or it is of several entities. */
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  impact: IncidentImpact,
  /** Ids of the holds of the close board it stands behind. */
  holds: z.array(z.string()),
  /** Since when the cause has been there, as the systems tell. */
  sinceAt: Instant,
  /** The first deadline it endangers. */
  dueAt: Instant.nullable(),
  openedAt: Instant,
  changedAt: Instant,
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: Person.nullable(),
  assignee: Person.nullable(),
  /** When it wakes, and the milestone whose deadline that is. */
  snoozedUntil: Instant.nullable(),
  snoozedMilestone: z.string().nullable(),
  /** Since when the cause has not been seen any more; it is resolved once that has lasted. */
  quietSinceAt: Instant.nullable(),
  resolvedAt: Instant.nullable(),
  resolution: IncidentResolution.nullable(),
  /** How often it came back after it was resolved. */
  reopened: z.int(),
  /** It comes and goes so often that it is watched longer before it counts as resolved. */
  flapping: z.boolean(),
  /** The estate's runbook for it. */
  runbook: z.string().nullable(),
  postMortem: IncidentNote.nullable(),
  /** Grows with every change; acts name the one they saw. */
  revision: z.int(),
  /** Of its latest change. */
  sequence: z.int(),
});
export type Incident = z.infer<typeof Incident>;

/** An incident as one reader may read it. Rows of the topic `incidents`, by id. */
export const IncidentRow = Incident.omit({ words: true }).extend({
  kind: z.literal("incident"),
  title: z.string(),
  text: z.string(),
  /** Whether it is among what this reader's role is told of first. */
  mine: z.boolean(),
  /** Whether there is an amount this reader may not see. */
  masked: z.boolean(),
});
export type IncidentRow = z.infer<typeof IncidentRow>;

/** One thing that is wrong: of the cause itself, or brought about by it and therefore not told of by itself. */
export const IncidentException = z.object({
  key: z.string(),
  part: z.enum(["cause", "impact"]),
  code: ExceptionCode,
  class: ExceptionClass,
  severity: Severity,
  title: z.string(),
  system: z.string().nullable(),
  dataset: z.string().nullable(),
  flow: z.string().nullable(),
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
  job: z.string().nullable(),
  runId: z.string().nullable(),
  correlationId: z.string().nullable(),
  detail: z.string().nullable(),
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  sinceAt: Instant,
  /** Null while it is there. */
  endedAt: Instant.nullable(),
});
export type IncidentException = z.infer<typeof IncidentException>;

/**
 * What becomes of an incident; `worsened`: more severe; `changed`: less severe, more entities or other words; `woken`:
 * its snooze is over.
 */
export const IncidentChangeKind = z.enum([
  "opened",
  "worsened",
  "changed",
  "reopened",
  "acknowledged",
  "assigned",
  "snoozed",
  "woken",
  "resolved",
  "noted",
  "step",
]);
export type IncidentChangeKind = z.infer<typeof IncidentChangeKind>;

/** One step in an incident's life; never changed afterwards. The sequence grows over all incidents. */
export const IncidentChange = z.object({
  sequence: z.int(),
  incident: z.string(),
  change: IncidentChangeKind,
  at: Instant,
  by: Person,
  severity: Severity,
  text: z.string(),
});
export type IncidentChange = z.infer<typeof IncidentChange>;

/** One that is over and was of the same cause or kind, and what ended it. */
export const RelatedIncident = z.object({
  id: z.string(),
  number: z.int(),
  title: z.string(),
  severity: Severity,
  entities: z.array(z.string()),
  /** The very same cause, not only the same kind at the same system. */
  sameCause: z.boolean(),
  openedAt: Instant,
  resolvedAt: Instant,
  /** What people wrote or did about it; null where it ended by itself. */
  fix: z.string().nullable(),
  by: Person.nullable(),
});
export type RelatedIncident = z.infer<typeof RelatedIncident>;

/** A step of the runbook somebody took, or took back. */
export const RunbookTick = z.object({ step: z.int(), done: z.boolean(), by: Person, at: Instant });
export type RunbookTick = z.infer<typeof RunbookTick>;

/** One incident with everything said and done about it, oldest first. */
export const IncidentDetail = z.object({
  row: IncidentRow,
  /** Those of the cause first; where there are very many only the first. */
  exceptions: z.array(IncidentException),
  changes: z.array(IncidentChange),
  related: z.array(RelatedIncident),
  runbook: RunbookGuide.nullable(),
  ticks: z.array(RunbookTick),
  /** People it can be given to. */
  people: z.array(Person.extend({ role: Role })),
});
export type IncidentDetail = z.infer<typeof IncidentDetail>;

/** What came of an act on many incidents: each of them was done or refused with a reason. */
export const IncidentAnswer = z.object({
  done: z.array(IncidentRow),
  refused: z.array(z.object({ id: z.string(), code: z.string(), reason: z.string() })),
});
export type IncidentAnswer = z.infer<typeof IncidentAnswer>;
