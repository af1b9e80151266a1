import type * as z from "zod";
import type { TraceAct } from "../../schemas/wire/trace.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import { titleOf } from "../lines/extract-rows.ts";
import { signedMoneyText } from "../reconcile/money.ts";
import { inScope } from "../people/in-scope.ts";
import { approvalsGiven, breakActs, requestsTraced, signaturesGiven } from "../store/postgres/trace.ts";
import type { Subject } from "./flow-lanes.ts";

const STEPS = { prepare: "prepared", review: "reviewed", certify: "certified" };

interface Asked {
  subject: Subject;
  runIds: readonly string[];
  correlationId: string | null;
  from: string;
  /** What was done after this is not told. */
  until: string;
}

/**
 * What people did about a batch while its figures stood: requests that started a run of it, and what was decided on breaks
 * and signed for its entity and period since it began. Only of entities in scope.
 */
export async function traceActs(
  ctx: Pick<Context, "postgres" | "estate">,
  actor: Actor,
  asked: Asked,
): Promise<TraceAct[]> {
  const { subject, runIds, correlationId, from, until } = asked;
  const { flow, entity, period } = subject;
  const placed = entity && period && inScope(actor, entity) ? { entity, period } : null;
  const rules = flow ? indexOf(ctx.estate).reconciliationsOf(flow.id) : [];
  const [requests, steps, signatures] = await Promise.all([
    actor.scopes.includes("request:read")
      ? ctx.postgres.ask(requestsTraced, { runIds: [...runIds], correlationId })
      : [],
    placed && rules.length > 0 ? ctx.postgres.ask(breakActs, { ...placed, rules: rules.map(({ id }) => id) }) : [],
    placed && actor.scopes.includes("signoff:read") ? ctx.postgres.ask(signaturesGiven, placed) : [],
  ]);
  const acts = await requestActs(
    ctx,
    requests.filter(({ entities }) => entities.every((of) => inScope(actor, of))),
  );
  for (const step of steps) {
    const amount = step.unit === "" ? `${step.amount} lines` : signedMoneyText(step.amount, step.unit);
    const what = `${step.act} the break of ${amount} at ${titleOf(ctx.estate, step.hop)}`;
    const text = `${what}${step.account ? `, account ${step.account}` : ""}${step.text ? `: “${step.text}”` : ""}`;
    acts.push({ at: step.at, kind: "break", who: step.who, text, id: step.id, ...placed! });
  }
  for (const { id, at, who, role, step, title } of signatures) {
    acts.push({ at, kind: "signoff", who, text: `${STEPS[step]} “${title}” as ${role}`, id, ...placed! });
  }
  const since = acts.filter(({ at, kind }) => at <= until && (kind === "request" || at >= from));
  return since.toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

const DECIDED = new Map([
  ["approve", "approved the request"],
  ["reject", "rejected the request"],
  ["break-glass", "let the request through without waiting for approval"],
]);
const ENDED = new Map([
  ["done", "the step was done"],
  ["failed", "the step failed"],
  ["cancelled", "the step was cancelled"],
]);

type Requested = z.output<typeof requestsTraced.row>;

/** Requests as acts: who asked, who agreed, what was started for it, and what came of it. */
async function requestActs(ctx: Pick<Context, "postgres">, steps: readonly Requested[]): Promise<TraceAct[]> {
  if (steps.length === 0) return [];
  const byRequest = Map.groupBy(steps, ({ id }) => id);
  const approvals = await ctx.postgres.ask(approvalsGiven, { requests: [...byRequest.keys()] });
  const acts = [...byRequest.values()].flatMap((of) => {
    const [{ id, title, requestedBy, requestedAt, reason, entity, period }] = of as [Requested];
    const asked: TraceAct = {
      ...{
        at: requestedAt,
        kind: "request",
        who: requestedBy,
        text: `asked: ${title}: “${reason}”`,
        id,
        entity,
        period,
      },
    };
    return [asked, ...of.flatMap(stepActs)];
  });
  for (const { id, at, who, role, decision, statement } of approvals) {
    const [{ entity, period }] = byRequest.get(id) as [Requested];
    const text = `${DECIDED.get(decision) ?? decision} as ${role}${statement ? `: “${statement}”` : ""}`;
    acts.push({ at, kind: "request", who, text, id, entity, period });
  }
  return acts;
}

function stepActs({ id, entity, period, jobName, dispatchedAt, endedAt, stepState, outcome }: Requested): TraceAct[] {
  const told = (at: string, text: string): TraceAct => {
    return { at, kind: "request", who: "Tieout", text, id, entity, period };
  };
  const ended = ENDED.get(stepState);
  return [
    ...(dispatchedAt ? [told(dispatchedAt, `started ${jobName ?? "the job"} for the request`)] : []),
    ...(endedAt && ended ? [told(endedAt, `${ended}${outcome ? `: ${outcome}` : ""}`)] : []),
  ];
}
