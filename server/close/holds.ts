import type { Estate } from "../../schemas/estate/estate.ts";
import type { Hold } from "../../schemas/wire/board.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import { blindText, needsCredentials } from "../checks/blind-systems.ts";
import { indexOf } from "../checks/estate-index.ts";
import { EXCEPTION_TABLE, raised, worseFirst, type Severity } from "../checks/exception-table.ts";
import { addMinutes, type Moment } from "../checks/moment.ts";
import { isLatePosting, type Problem } from "../checks/problem.ts";
import { listed } from "./cells.ts";
import type { Cause, EntityJudgement } from "./entity-judgement.ts";
import { holdWords } from "./hold-words.ts";
import { overdueHolds, suspendedHolds } from "./signoff-holds.ts";

/** Everything that holds the close, worst first; one root cause is one hold, however many entities it hits. */
export function holdsOf(
  estate: Estate,
  judgements: readonly EntityJudgement[],
  collectors: readonly CollectorRow[],
  moment: Moment,
): Hold[] {
  const causes = Map.groupBy(
    judgements.flatMap((judgement) => judgement.causes),
    (cause) => cause.id,
  );
  const holds = [...causes.values()].map((same) => holdOf(estate, same, moment));
  holds.push(...judgements.flatMap((judgement) => suspendedHolds(estate, judgement, moment)));
  holds.push(...overdueHolds(estate, judgements));
  for (const collector of collectors) {
    const hold = collectorHold(estate, collector, judgements, moment);
    if (hold) holds.push(hold);
  }
  return holds.sort(
    (a, b) =>
      worseFirst(a.severity, b.severity) ||
      compareText(a.dueAt ?? "9999", b.dueAt ?? "9999") ||
      compareText(a.sinceAt, b.sinceAt) ||
      compareText(a.id, b.id),
  );
}

function holdOf(estate: Estate, causes: Cause[], moment: Moment): Hold {
  const { problem, entity, id } = causes[0]!;
  const flow = indexOf(estate).flow(problem.flow);
  const dueAt = earliest(causes.map((cause) => cause.dueAt));
  const { class: kind, owner } = EXCEPTION_TABLE[problem.code];
  return {
    kind: "hold",
    id,
    severity: causes
      .map((cause) => severityOf(cause, dueAt, flow.recoveryMinutes ?? null, moment))
      .sort(worseFirst)[0]!,
    code: problem.code,
    class: kind,
    ...holdWords(estate, causes),
    entity: causes.length > 1 ? null : entity.id,
    flow: flow.id,
    dataset: problem.dataset,
    amount: causes.length > 1 ? null : problem.amount,
    currency: causes.length > 1 || problem.amount === null ? null : entity.currency,
    owner,
    sinceAt: earliest(causes.map((cause) => cause.problem.sinceAt))!,
    dueAt,
    runId: problem.run?.runId ?? null,
    act: actOf(estate, problem),
  };
}

/**
 * The table's word, one level worse when less time is left than a repair usually takes; a technical failure that
 * endangers no deadline is at most S3. A material difference blocks certification whatever made it; one below
 * materiality or let pass by people never does.
 */
function severityOf(cause: Cause, dueAt: string | null, repairMinutes: number | null, moment: Moment): Severity {
  const { problem, accepted } = cause;
  if (!problem.material || accepted) return "S3";
  if (problem.off) return "S1";
  const { severity, class: kind } = EXCEPTION_TABLE[problem.code];
  if (dueAt === null && kind === "technical") return worseFirst(severity, "S3") < 0 ? "S3" : severity;
  if (dueAt === null || repairMinutes === null) return severity;
  return moment.past(addMinutes(dueAt, -repairMinutes)) ? raised(severity) : severity;
}

/** Loading again helps where data did not arrive or is not the newest; refused rows need a look first. */
function actOf(estate: Estate, problem: Problem): Hold["act"] {
  const hop = indexOf(estate).flow(problem.flow).hops[problem.hop]!;
  if (problem.off && !isLatePosting(problem)) return "open-line";
  if (problem.kind === "stalled" || problem.retrying) return problem.run ? "open-run" : "none";
  if (hop.rerun) return "rerun";
  if (problem.run) return "open-run";
  return problem.off ? "open-line" : "none";
}

/** How many milestones a collector's hold names. */
const NAMED = 3;

function collectorHold(
  estate: Estate,
  collector: CollectorRow,
  judgements: readonly EntityJudgement[],
  moment: Moment,
): Hold | null {
  const text = blindText(estate, collector);
  if (text === null) return null;
  const credentials = needsCredentials(collector);
  const passing = judgements
    .flatMap((judgement) => judgement.passing.get(collector.system) ?? [])
    .sort((a, b) => compareText(a.deadline.at, b.deadline.at));
  const reason = collector.reason && credentials ? ` It says: “${collector.reason.replace(/\.$/, "")}”.` : "";
  const titles = new Map(estate.close.milestones.map((milestone) => [milestone.id, milestone.title]));
  const named = [...new Set(passing.map((cell) => titles.get(cell.milestone)!))].slice(0, NAMED);
  const code = credentials ? "credential-expiry" : "api-limit";
  const { class: kind, severity, owner } = EXCEPTION_TABLE[code];
  return {
    kind: "hold",
    id: `${code}.${collector.system}`,
    severity,
    code,
    class: kind,
    title: credentials ? `${collector.title} refuses Tieout’s credentials` : `${collector.title} cannot be read`,
    text: `${text}${reason}${named.length > 0 ? ` Endangers ${listed(named)}.` : ""}`,
    entity: null,
    flow: null,
    dataset: null,
    amount: null,
    currency: null,
    owner,
    sinceAt: collector.sinceAt ?? moment.now,
    dueAt: passing.find((cell) => cell.timing !== "missed")?.deadline.at ?? null,
    runId: null,
    act: "none",
  };
}

function earliest(instants: (string | null)[]): string | null {
  return instants.filter((at) => at !== null).sort()[0] ?? null;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
