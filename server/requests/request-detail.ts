import type { RequestRow, RequestTopicRow } from "../../schemas/wire/live.ts";
import { Plan } from "../../schemas/wire/plan.ts";
import { LoopReport, type ApprovalGiven, type StepRow } from "../../schemas/wire/request.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { withinPeriods, type Sight } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import { auditPage } from "../store/postgres/audit.ts";
import { approvalsOf } from "../store/postgres/requests-approvals.ts";
import { shownSteps, type StoredStep } from "../store/postgres/requests-steps.ts";
import { requestById, requestPapers, type CountedRequest } from "../store/postgres/requests.ts";
import { requestRow } from "./request-rows.ts";

export interface RequestDetail {
  request: RequestRow;
  plan: Plan | null;
  steps: StepRow[];
  approvals: ApprovalGiven[];
  report: LoopReport | null;
  log: { at: string; by: string; action: string; text: string }[];
}

/** So many steps are shown live; those that move or ask for somebody first. */
const SHOWN = 300;
const LOG = 200;

/** One request whole, for those who see its entities and periods. */
export async function requestDetail(ctx: Context, sight: Sight, id: string): Promise<RequestDetail> {
  const row = await visibleRequest(ctx, sight, id);
  const [papers] = await ctx.postgres.ask(requestPapers, { id });
  const steps = await ctx.postgres.ask(shownSteps, { requestId: id, limit: SHOWN });
  const approvals = await ctx.postgres.ask(approvalsOf, { requestId: id });
  return {
    request: requestRow(row),
    plan: papers?.plan ? Plan.parse(JSON.parse(papers.plan)) : null,
    steps: steps.map((step) => stepRow(ctx, step)),
    approvals: approvals.map(({ signer: _signer, ...given }) => given),
    report: papers?.report ? LoopReport.parse(JSON.parse(papers.report)) : null,
    log: await logOf(ctx, id),
  };
}

/** Rows of the topic `request/<id>`: `head` and `step:<id>`; null for one that is not there to be seen. */
export async function requestTopic(
  ctx: Context,
  sight: Sight,
  id: string,
): Promise<Record<string, RequestTopicRow> | null> {
  const [row] = await ctx.postgres.ask(requestById, { id });
  if (!row || !isSeen(row, sight)) return null;
  const steps = await ctx.postgres.ask(shownSteps, { requestId: id, limit: SHOWN });
  return {
    head: requestRow(row),
    ...Object.fromEntries(steps.map((step) => [`step:${step.step}`, stepRow(ctx, step)])),
  };
}

export async function visibleRequest(
  { postgres }: Pick<Context, "postgres">,
  sight: Sight,
  id: string,
): Promise<CountedRequest> {
  const [row] = await postgres.ask(requestById, { id });
  if (!row || !isSeen(row, sight)) throw new Fault("not-found", "There is no such request.");
  return row;
}

function isSeen({ entities, periods }: CountedRequest, sight: Sight): boolean {
  return entities.every((entity) => inScope(sight, entity)) && withinPeriods(sight, periods);
}

/** A step as it goes over the wire. How far its run is, the vendor says, else history lets it be reckoned. */
export function stepRow({ facts, clock }: Pick<Context, "facts" | "clock">, stored: StoredStep): StepRow {
  const { step, ordinal, kind, title, system, job, entity, period, dataset, after, state, fault, attempt } = stored;
  const { runId, adopted, dispatchedAt, endedAt, outcome, verification, resolution } = stored;
  return {
    kind: "step",
    ...{ step, ordinal, does: kind, title, system, job, entity, period, dataset, after, state, fault, attempt },
    ...{ runId, adopted, dispatchedAt, endedAt, outcome, verification, resolution },
    progress: state === "running" || state === "dispatched" ? progressOf(facts, clock.now(), stored) : null,
  };
}

function progressOf(facts: Context["facts"], now: Date, { runId, dispatchedAt, details }: StoredStep): number | null {
  const told = runId ? (facts.run(runId)?.progress ?? null) : null;
  if (told !== null || !dispatchedAt || !details.p90Seconds) return told;
  const share = (now.getTime() - Date.parse(dispatchedAt)) / 1000 / details.p90Seconds;
  // To the twentieth, so that the row does not change with every look.
  return Math.min(0.95, Math.floor(Math.max(0, share) * 20) / 20);
}

/** What the audit log tells of a request, oldest first. */
async function logOf({ postgres }: Context, id: string): Promise<RequestDetail["log"]> {
  const none = { before: null, actor: null, action: null, from: null, to: null, text: null, entities: null };
  const entries = await postgres.ask(auditPage, { ...none, limit: LOG, subject: `request:${id}` });
  return entries.reverse().map(({ body }) => {
    const { at, actor, action, detail } = JSON.parse(body) as {
      at: string;
      actor: { name: string };
      action: string;
      detail: Record<string, unknown>;
    };
    return { at, by: actor.name, action: action.replace(/^request\./, ""), text: wordsOf(detail) };
  });
}

function wordsOf(detail: Record<string, unknown>): string {
  for (const key of ["reason", "statement", "outcome", "text"]) {
    if (typeof detail[key] === "string" && detail[key] !== "") return detail[key];
  }
  if (Array.isArray(detail.steps)) {
    const titles = (detail.steps as { step: string; state?: string; job?: string }[]).slice(0, 4);
    const more = detail.steps.length - titles.length;
    const told = titles.map(({ step, state, job }) => [step, job, state].filter(Boolean).join(" ")).join(", ");
    return more > 0 ? `${told} and ${more} more` : told;
  }
  return typeof detail.job === "string" ? detail.job : "";
}
