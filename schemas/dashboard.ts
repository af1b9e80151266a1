import * as z from "zod";
import { Role } from "./estate/role.ts";
import { PeriodKey } from "./instant.ts";

/** What figures can be split by. */
export const Dimension = z.enum([
  "period",
  "day",
  "entity",
  "system",
  "flow",
  "code",
  "class",
  "milestone",
  "report",
  "act",
  "owner",
]);
export type Dimension = z.infer<typeof Dimension>;

export const Unit = z.enum([
  "runs",
  "percent",
  "rows",
  "exceptions",
  "minutes",
  "hours",
  "work days",
  "deadlines",
  "acts",
  "incidents",
  "messages",
]);
export type Unit = z.infer<typeof Unit>;

const INCIDENT = ["period", "day", "entity", "flow", "code", "class", "owner"];

/** What can be measured: in which unit, which way is better, and what it can be split by. */
export const MEASURES = {
  runs: measure("Runs", "runs", null, ["period", "day", "entity", "system", "flow"]),
  "failed-share": measure("Runs that failed", "percent", "less", ["period", "day", "entity", "system", "flow"]),
  "partial-share": measure("Runs that lost rows", "percent", "less", ["period", "day", "entity", "system", "flow"]),
  "rejected-rows": measure("Rows rejected", "rows", "less", ["period", "day", "entity", "system", "flow"]),
  "run-minutes": measure("Time a run takes", "minutes", "less", ["period", "day", "entity", "system", "flow"]),
  exceptions: measure("Exceptions", "exceptions", "less", [
    "period",
    "day",
    "entity",
    "system",
    "flow",
    "code",
    "class",
  ]),
  "repair-minutes": measure("Time from a failure to the next success", "minutes", "less", [
    ...["period", "day", "entity", "system", "flow"],
  ]),
  "on-time-share": measure("Deadlines met on time", "percent", "more", ["period", "entity", "milestone"]),
  "late-deadlines": measure("Deadlines missed or met late", "deadlines", "less", ["period", "entity", "milestone"]),
  attainment: measure("Loads that arrived in time", "percent", "more", ["period", "entity", "flow"]),
  "budget-left": measure("Error budget left", "percent", "more", ["period", "flow"]),
  "days-to-close": measure("Work days to close", "work days", "less", ["period", "entity"]),
  "manual-touches": measure("Acts by hand", "acts", "less", ["period", "day", "act"]),
  incidents: measure("Incidents", "incidents", "less", INCIDENT),
  "acknowledge-minutes": measure("Time until an incident is taken on", "minutes", "less", INCIDENT),
  "resolve-minutes": measure("Time until an incident is over", "minutes", "less", INCIDENT),
  "messages-per-incident": measure("Messages an incident", "messages", "less", INCIDENT),
  "unattended-share": measure("Incidents nobody acted on", "percent", "less", INCIDENT),
  "stale-hours": measure("Hours reports show stale figures", "hours", "less", ["report"]),
} as const;

export type MeasureName = keyof typeof MEASURES;
export const MeasureName = z.enum(Object.keys(MEASURES) as [MeasureName, ...MeasureName[]]);

function measure(title: string, unit: Unit, better: "more" | "less" | null, dimensions: readonly string[]) {
  return { title, unit, better, dimensions: dimensions as readonly Dimension[] };
}

const panel = {
  title: z.string().min(1),
  measure: MeasureName,
  /** What is aimed at, in the measure's unit. */
  goal: z.number().optional(),
  /** A sentence below the title: what to read out of it. */
  note: z.string().optional(),
};

export const Panel = z.discriminatedUnion("show", [
  /** One number, beside the period before. */
  z.strictObject({ show: z.literal("figure"), ...panel }),
  /** A bar for each member of a dimension, worst first. */
  z.strictObject({ show: z.literal("bars"), ...panel, by: Dimension, most: z.int().min(1).max(50).default(12) }),
  /** A line over days of the period, or over periods. */
  z.strictObject({ show: z.literal("trend"), ...panel, over: z.enum(["day", "period"]) }),
]);
export type Panel = z.infer<typeof Panel>;

/** A page of panels, as one YAML file of `dashboards/` declares it. Measures and dimensions only; no SQL, no code. */
export const Dashboard = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/, "expected a short name of lower-case letters, digits and -"),
  title: z.string().min(1),
  /** The question it answers, for the list of dashboards. */
  question: z.string().min(1),
  /** Roles that find it first; everyone who sees boards may open it. */
  audience: z.array(Role).default([]),
  panels: z.array(Panel).min(1).max(24),
});
export type Dashboard = z.infer<typeof Dashboard>;

/** One point of a panel: a member of its dimension with its value; null where nothing was measured. */
export const PanelPoint = z.object({
  key: z.string(),
  label: z.string(),
  value: z.number().nullable(),
  /** How many observations stand behind it. */
  count: z.int(),
});
export type PanelPoint = z.infer<typeof PanelPoint>;

export const PanelAnswer = z.object({
  panel: Panel,
  unit: Unit,
  better: z.enum(["more", "less"]).nullable(),
  /** Over everything in view. */
  total: z.number().nullable(),
  /** The same for the period before; null where nothing is known of it. */
  before: z.number().nullable(),
  points: z.array(PanelPoint),
  /** Members left out because the panel shows only so many. */
  left: z.int(),
});
export type PanelAnswer = z.infer<typeof PanelAnswer>;

export const DashboardAnswer = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  period: PeriodKey,
  periodTitle: z.string(),
  previous: PeriodKey.nullable(),
  panels: z.array(PanelAnswer),
});
export type DashboardAnswer = z.infer<typeof DashboardAnswer>;

export const DashboardTitle = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  audience: z.array(Role),
});
export type DashboardTitle = z.infer<typeof DashboardTitle>;
