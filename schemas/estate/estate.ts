import * as z from "zod";
import { ExceptionCode } from "../event/facets.ts";
import { Calendar, CalendarIds, CloseCalendar, PeriodScheme } from "./calendar.ts";
import { Dataset, Flow, Mapping, Reconciliation, Report } from "./flow.ts";
import { Quota } from "./quota.ts";
import { RateSet } from "./rate-set.ts";
import { ApprovalPolicy, ReleaseFreeze, Schedule } from "./request.ts";
import { Retention } from "./retention.ts";
import { Escalation, Hours, MuteWindow, ReceiverDeclaration, Rotation, Route, Wording } from "./route.ts";
import { System } from "./system.ts";

/** A legal entity: the unit that closes. */
export const Entity = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,16}$/, "expected an entity id of letters, digits, - and _"),
  name: z.string().min(1),
  country: z.string().length(2, "expected an ISO 3166 country code of two letters"),
  currency: z.string().length(3, "expected an ISO 4217 currency code of three letters"),
  zone: z.string().min(1),
  ledger: z.string().default("0L"),
  /** Holiday calendars; the country's own when absent. */
  calendar: CalendarIds.optional(),
  /** Unexplained amounts below this do not hold the close, in the entity's currency. */
  materiality: z.string().default("0"),
});
export type Entity = z.infer<typeof Entity>;

export const EstateHead = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "expected a short name of lower-case letters, digits and -"),
  title: z.string().min(1),
  currency: z.string().length(3),
  zone: z.string().min(1),
  periods: PeriodScheme.prefault({ scheme: "months" }),
  /** How long evidence is kept. */
  retention: Retention.prefault({}),
});
export type EstateHead = z.infer<typeof EstateHead>;

/** What to do, as Markdown below the estate's folder; `text` is what the file holds, filled in when it is read. */
export const Runbook = z.strictObject({
  id: z.string(),
  title: z.string(),
  file: z.string(),
  /** Kinds of exception it is for; a flow's own runbook serves those no runbook names. */
  codes: z.array(ExceptionCode).optional(),
  text: z.string().optional(),
});
export type Runbook = z.infer<typeof Runbook>;

/**
 * One YAML file of an estate. Every file of the folder may hold any of these sections; lists are joined, so that an
 * acquired company is one file of its own.
 */
export const EstateFile = z.strictObject({
  estate: EstateHead.optional(),
  entities: z.array(Entity).optional(),
  calendars: z.array(Calendar).optional(),
  close: CloseCalendar.optional(),
  systems: z.array(System).optional(),
  datasets: z.array(Dataset).optional(),
  flows: z.array(Flow).optional(),
  reconciliations: z.array(Reconciliation).optional(),
  mappings: z.array(Mapping).optional(),
  rates: z.array(RateSet).optional(),
  reports: z.array(Report).optional(),
  routes: z.array(Route).optional(),
  receivers: z.array(ReceiverDeclaration).optional(),
  hours: z.array(Hours).optional(),
  rotations: z.array(Rotation).optional(),
  escalations: z.array(Escalation).optional(),
  mutes: z.array(MuteWindow).optional(),
  wordings: z.array(Wording).optional(),
  runbooks: z.array(Runbook).optional(),
  approvals: z.array(ApprovalPolicy).optional(),
  schedules: z.array(Schedule).optional(),
  freezes: z.array(ReleaseFreeze).optional(),
  quotas: z.array(Quota).optional(),
});
export type EstateFile = z.infer<typeof EstateFile>;

/** The whole estate after joining its files and checking that every reference leads somewhere. */
export const Estate = z.strictObject({
  estate: EstateHead,
  entities: z.array(Entity).min(1),
  calendars: z.array(Calendar),
  close: CloseCalendar,
  systems: z.array(System),
  datasets: z.array(Dataset),
  flows: z.array(Flow),
  reconciliations: z.array(Reconciliation),
  mappings: z.array(Mapping),
  rates: z.array(RateSet).default([]),
  reports: z.array(Report),
  routes: z.array(Route),
  receivers: z.array(ReceiverDeclaration).default([]),
  hours: z.array(Hours).default([]),
  rotations: z.array(Rotation).default([]),
  escalations: z.array(Escalation).default([]),
  mutes: z.array(MuteWindow).default([]),
  wordings: z.array(Wording).default([]),
  runbooks: z.array(Runbook),
  approvals: z.array(ApprovalPolicy).default([]),
  schedules: z.array(Schedule).default([]),
  freezes: z.array(ReleaseFreeze).default([]),
  quotas: z.array(Quota).default([]),
});
export type Estate = z.infer<typeof Estate>;
