import type { Estate } from "../../schemas/estate/estate.ts";
import type { Role } from "../../schemas/estate/role.ts";
import type { IncidentRow } from "../../schemas/wire/incident.ts";
import { incidentRow } from "../incidents/reading.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import { FINANCE } from "./decide.ts";
import type { Occasion } from "./letter.ts";
import { cut, type Message } from "./message.ts";

/** Vendors' texts may be of any length; the whole stands with the incident. */
const MOST_QUOTED = 1_000;

export interface Told {
  role: Role;
  /** Entities the reader may see; those of a channel are its role's. */
  entities: "all" | readonly string[];
  occasion: Occasion;
  because: string;
  url: string;
  acknowledgeUrl: string | null;
}

/** An incident in the words of who reads it: finance by reports and deadlines, engineering by systems, jobs and vendors' words. */
export function wordsFor(estate: Estate, stored: StoredIncident, told: Told): Message {
  const row = incidentRow(told, stored);
  const own = estate.wordings.find(({ role, codes }) => role === told.role && (codes ?? [row.code]).includes(row.code));
  const fills = fillsOf(estate, row);
  const over = row.state === "resolved" || row.state === "acknowledged";
  return {
    severity: row.severity,
    state: row.state,
    title: own ? filled(own.title, fills) : `${PREFIX[told.occasion]}${row.title}`,
    lead: own?.lead === undefined ? leadOf(row) : filled(own.lead, fills),
    facts: FINANCE.includes(told.role) ? financeFacts(row, fills) : engineeringFacts(row, fills),
    quoted: row.cause.detail === null ? null : cut(row.cause.detail, MOST_QUOTED),
    because: told.because,
    url: told.url,
    acknowledgeUrl: over ? null : told.acknowledgeUrl,
  };
}

const PREFIX: Record<Occasion, string> = { opened: "", worsened: "Now worse: ", escalated: "Nobody has taken it on: " };

function leadOf({ state, text, acknowledgedBy, resolution }: IncidentRow): string {
  if (state === "resolved") return resolution?.text ?? "It is resolved.";
  return state === "acknowledged" && acknowledgedBy ? `${acknowledgedBy.name} has taken it on. ${text}` : text;
}

type Fills = Record<string, string>;

function fillsOf(estate: Estate, row: IncidentRow): Fills {
  const { cause, impact } = row;
  const runbook = estate.runbooks.find(({ id }) => id === row.runbook);
  return {
    severity: row.severity,
    title: row.title,
    entities: row.entities.join(", ") || "the group",
    period: row.periods.join(", ") || "no period",
    reports: impact.reports.map(({ title }) => title).join(", ") || "no report",
    deadlines: impact.milestones.map(deadlineText).join("; ") || "no deadline",
    system: estate.systems.find(({ id }) => id === cause.system)?.title ?? cause.system ?? "no system",
    job: cause.job ?? "no job",
    runbook: runbook?.title ?? "no runbook",
  };
}

function deadlineText({ title, dueAt }: IncidentRow["impact"]["milestones"][number]): string {
  return dueAt === null ? title : `${title}, due ${dueAt.slice(0, 16).replace("T", " ")} UTC`;
}

function financeFacts(row: IncidentRow, fills: Fills) {
  const amount = row.amount === null ? null : `${row.amount} ${row.currency ?? ""}`.trim();
  return facts({
    Entities: fills.entities!,
    Period: row.periods.length > 0 ? fills.period! : null,
    Amount: amount,
    Reports: row.impact.reports.length > 0 ? fills.reports! : null,
    Deadlines: row.impact.milestones.length > 0 ? fills.deadlines! : null,
    Signatures: row.impact.signoffs.map(({ title }) => title).join(", ") || null,
    "What to do": row.runbook === null ? null : fills.runbook!,
  });
}

function engineeringFacts(row: IncidentRow, fills: Fills) {
  const { cause } = row;
  return facts({
    System: cause.system === null ? null : fills.system!,
    Job: cause.job,
    Run: cause.runId,
    Correlation: cause.correlationId,
    Kind: row.code,
    Entities: fills.entities!,
    Blocks: row.impact.milestones.length > 0 ? fills.deadlines! : null,
    Runbook: row.runbook === null ? null : fills.runbook!,
  });
}

function facts(named: Record<string, string | null>): Message["facts"] {
  return Object.entries(named).flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

/** Fills `{name}`; names were checked when the estate was loaded. */
function filled(text: string, fills: Fills): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => fills[name] ?? whole);
}
