import type { Estate } from "../../schemas/estate/estate.ts";
import { ROLE_TITLES } from "../../schemas/estate/role.ts";
import type { Incident, IncidentImpact, IncidentWords } from "../../schemas/wire/incident.ts";
import { timeText } from "../checks/time-text.ts";
import { listed } from "../close/cells.ts";
import type { Cause } from "../close/entity-judgement.ts";
import { holdWords } from "../close/hold-words.ts";
import type { OpenException } from "./open-exception.ts";

/** From so many on, names become a list nobody reads. */
const NAMED = 3;
/** Causes looked at for a text; where more are alike the text counts them. */
const TOLD = 200;

/**
 * What each kind of reader is told of causes that are one: finance about reports and deadlines and, where it is theirs
 * to mend, about figures; engineering about systems and runs, without amounts.
 */
export function wordsOf(
  estate: Estate,
  causes: readonly OpenException[],
  found: Pick<Incident, "class" | "ownerRole" | "entities" | "sinceAt" | "impact">,
): Incident["words"] {
  const words = ownWords(estate, causes);
  if (found.class !== "technical") return words;
  return { ...words, finance: endangered(estate, found) ?? words.finance };
}

function ownWords(estate: Estate, exceptions: readonly OpenException[]): Incident["words"] {
  const [{ told }] = exceptions as [OpenException, ...OpenException[]];
  if ("words" in told) return told.words;
  const causes = exceptions.slice(0, TOLD).flatMap((each) => ("cause" in each.told ? each.told.cause : []));
  const alike = oncePerEntity(causes);
  const masked = alike.map((cause) => ({ ...cause, problem: { ...cause.problem, amount: null } }));
  return { finance: holdWords(estate, alike), engineering: holdWords(estate, masked) };
}

/** An entity hit in two periods is counted once. */
function oncePerEntity(causes: readonly Cause[]): Cause[] {
  return [...new Map(causes.toReversed().map((cause) => [cause.entity.id, cause])).values()].reverse();
}

/** `Accruals and 3 more are endangered`; null where nothing is. */
function endangered(
  estate: Estate,
  { impact, ownerRole, entities, sinceAt }: Pick<Incident, "impact" | "ownerRole" | "entities" | "sinceAt">,
): IncidentWords | null {
  const milestones = impact.milestones.map(({ title }) => title);
  const reports = impact.reports.map(({ title }) => title);
  if (milestones.length + reports.length === 0) return null;
  const what = milestones.length > 0 ? counted(milestones) : listed(reports);
  const dueAt = earliestDue(impact);
  const zone =
    estate.entities.find(({ id }) => id === entities[0] && entities.length === 1)?.zone ?? estate.estate.zone;
  const who = entities.length === 0 || entities.length > NAMED ? "" : ` for ${listed(entities)}`;
  const sentences = [
    entities.length > NAMED && `It concerns ${entities.length} entities.`,
    dueAt !== null && `The first of it is due ${timeText(dueAt, zone)}.`,
    reports.length > 0 && `${listed(reports)} ${reports.length > 1 ? "show" : "shows"} older figures meanwhile.`,
    `${ROLE_TITLES[ownerRole]} has it, since ${timeText(sinceAt, zone)}.`,
  ];
  const plural = milestones.length > 1 || (milestones.length === 0 && reports.length > 1);
  return { title: `${what} ${plural ? "are" : "is"} endangered${who}`, text: sentences.filter(Boolean).join(" ") };
}

function counted(titles: readonly string[]): string {
  return titles.length < NAMED ? listed(titles) : `${titles[0]} and ${titles.length - 1} more`;
}

function earliestDue({ milestones }: IncidentImpact): string | null {
  return milestones.flatMap(({ dueAt }) => dueAt ?? []).sort()[0] ?? null;
}
