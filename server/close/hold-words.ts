import type { Estate } from "../../schemas/estate/estate.ts";
import { indexOf } from "../checks/estate-index.ts";
import { timeText } from "../checks/time-text.ts";
import { isLatePosting, type Problem } from "../checks/problem.ts";
import { worstOf } from "../checks/hop-problems.ts";
import { quotedWords } from "../reconcile/quoted-words.ts";
import { moneyText } from "../reconcile/money.ts";
import { rejectedText } from "../reconcile/why.ts";
import { listed } from "./cells.ts";
import type { Cause } from "./entity-judgement.ts";

/** A hold's title and text in the controller's words; several causes are the same one hitting several entities. */
export function holdWords(estate: Estate, causes: readonly Cause[]): { title: string; text: string } {
  const cause = causes[0]!;
  const sentences = [whatHappened(estate, causes), impactOf(estate, causes)];
  if (!cause.problem.material) sentences.push("It is below materiality and holds nothing.");
  if (causes.every(({ accepted }) => accepted)) sentences.push("It was let pass and holds nothing.");
  if (cause.problem.retrying) sentences.push("A newer run is under way.");
  return { title: titleOf(estate, cause.problem), text: sentences.filter(Boolean).join(" ") };
}

function titleOf(estate: Estate, problem: Problem): string {
  const index = indexOf(estate);
  const hop = index.flow(problem.flow).hops[problem.hop]!;
  const place = index.systemOf(problem.dataset).title;
  const member = worstOf(problem.exceptions)?.member;
  switch (problem.code) {
    case "unmapped-member":
      return `Unmapped ${dimensionOf(estate, problem)}${member ? ` ${member}` : ""}`;
    case "invalid-combination":
      return `Invalid combination${member ? ` ${member}` : ""}`;
    case "late-posting":
      return "Late posting after the snapshot";
    case "posted-after-close":
      return "Posted after the close";
    case "missing-run":
      return `${hop.title} never started`;
    case "queue-backlog":
      return `${hop.title} stalled in ${place}`;
    case "stale-report":
      return `${index.dataset(problem.dataset).title} is stale`;
    case "job-failed":
      return `${hop.title} failed in ${place}`;
    case "control-total-gap":
      return `Control totals differ in ${place}`;
    case "count-gap":
      return `Rows are missing in ${place}`;
    case "sign-inversion":
      return `Sign turned in ${place}`;
    case "budget-overrun":
      return problem.kind === "off" ? "Budget overdrawn" : "Over the budget";
    case "unknown":
      return `${hop.title} needs a look in ${place}`;
    default:
      return sentence(problem.code.replaceAll("-", " "));
  }
}

function whatHappened(estate: Estate, causes: readonly Cause[]): string {
  const [{ problem, entity }] = causes as [Cause, ...Cause[]];
  const index = indexOf(estate);
  const who = causes.length > 1 ? `${causes.length} entities` : entity.id;
  const place = index.systemOf(problem.dataset).title;
  const zone = causes.length > 1 ? estate.estate.zone : entity.zone;
  const money = problem.amount === null ? null : moneyText(problem.amount, entity.currency);
  const short = problem.amount?.startsWith("-") ? "short" : "over";
  const hop = index.flow(problem.flow).hops[problem.hop]!;
  const since = timeText(problem.sinceAt, zone);
  switch (problem.kind) {
    case "rejected": {
      const refused = rejectedText(problem.exceptions);
      return money ? `${who} is ${money} ${short} in ${place}. ${refused}` : `${who}: ${refused}`;
    }
    case "off":
      if (problem.code === "late-posting")
        return `${who} posted ${money ?? "documents"} after the last snapshot, past the cut-off.`;
      if (problem.code === "posted-after-close")
        return `${who} posted ${money ?? "documents"} into a closed period, first seen ${since}. Find out who could, then load it or move it to the next period.`;
      if (problem.code === "sign-inversion")
        return `${who} stands in ${place} with the sign turned. Check the sign map.`;
      if (problem.code === "budget-overrun")
        return `${who} has ${money ? `${money} more` : "more"} committed or spent than its budget allows. Raise the budget, or take commitments back.`;
      return money
        ? `${who} is ${money} ${short} in ${place} against the hop before.`
        : `${who} has other rows in ${place} than the hop before.`;
    case "failed": {
      const reason = problem.run?.error ? `: ${quotedWords(problem.run.error)}` : "";
      return `${who}: ${hop.title.toLowerCase()} failed ${since}${reason}.`;
    }
    case "stalled":
      return problem.run?.endedAt === null
        ? `${who}: ${hop.title.toLowerCase()} under way since ${since}, far longer than usual; later ones wait behind it.`
        : `${who}: runs complete, but the data in ${place} has stood still since ${since}.`;
    case "missing": {
      const more = problem.missed > 1 ? `${problem.missed - 1} more since. ` : "";
      const last = problem.lastGoodAt ? ` Last good run ${timeText(problem.lastGoodAt, zone)}.` : "";
      return `${who} expected “${hop.job.replace("{entity}", entity.id)}” at ${timeText(problem.expectedAt!, zone)}. ${more}No run, no error.${last}`;
    }
    case "stale": {
      const shows = problem.lastGoodAt ? ` It shows figures of ${timeText(problem.lastGoodAt, zone)}.` : "";
      return `${who}: newer figures have been in since ${since}, and the dashboard has not taken them.${shows}`;
    }
  }
}

/** `Holds Ties out and Dashboard; Group close dashboard shows it too.` */
function impactOf(estate: Estate, causes: readonly Cause[]): string {
  const { problem } = causes[0]!;
  const after = indexOf(estate)
    .flow(problem.flow)
    .hops.slice(problem.hop + 1)
    .map((hop) => hop.dataset);
  const titles = estate.reports
    .filter((report) => report.datasets.some((id) => after.includes(id)))
    .map(({ title }) => title);
  const held = heldWords(estate, causes);
  if (titles.length === 0) return held && `${held}.`;
  const carried = problem.off && !isLatePosting(problem);
  const shown = `${listed(titles)} ${titles.length > 1 ? "show" : "shows"} ${carried ? "it too" : "older figures"}`;
  return held ? `${held}; ${shown}.` : `${shown}.`;
}

/** Milestones named before a sentence becomes a list nobody reads. */
const NAMED = 3;

/** Where many milestones are held, those that wait for nothing else held are named and the others counted. */
function heldWords(estate: Estate, causes: readonly Cause[]): string {
  const ids = new Set(causes.flatMap((cause) => cause.milestones.map((milestone) => milestone.id)));
  const held = estate.close.milestones.filter((milestone) => ids.has(milestone.id));
  if (held.length === 0) return "";
  if (held.length <= NAMED) return `Holds ${listed(held.map(({ title }) => title))}`;
  const first = held.filter((milestone) => !milestone.after.some((id) => ids.has(id)));
  return `Holds ${listed(first.map(({ title }) => title))} and ${held.length - first.length} after it`;
}

/** The estate's own word for what a member belongs to. */
function dimensionOf(estate: Estate, problem: Problem): string {
  const told = worstOf(problem.exceptions)?.dimension;
  const mapping = estate.mappings.find((candidate) => candidate.to === problem.dataset);
  return (told ?? mapping?.dimension ?? "member").toLowerCase();
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
