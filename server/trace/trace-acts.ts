import type * as z from "zod";
import type { TraceAct } from "../../schemas/wire/trace.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import { inScope } from "../people/in-scope.ts";
import { breakActs, requestsTraced, signaturesGiven } from "../store/postgres/trace.ts";
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
  const acts: TraceAct[] = requests.filter(({ entity: of }) => of === null || inScope(actor, of)).flatMap(requestActs);
  for (const step of steps) {
    const what = `${step.act} the break of ${step.amount} ${step.unit} at ${step.hop}`;
    const text = `${what}${step.account ? `, account ${step.account}` : ""}${step.text ? `: “${step.text}”` : ""}`;
    acts.push({ at: step.at, kind: "break", who: step.who, text, id: step.id, ...placed! });
  }
  for (const { id, at, who, role, step, title } of signatures) {
    acts.push({ at, kind: "signoff", who, text: `${STEPS[step]} “${title}” as ${role}`, id, ...placed! });
  }
  const since = acts.filter(({ at, kind }) => at <= until && (kind === "request" || at >= from));
  return since.toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

const ENDED = new Map([
  ["completed", "completed"],
  ["failed", "failed"],
  ["refused", "was refused"],
  ["rejected", "was rejected"],
  ["expired", "expired"],
  ["withdrawn", "was withdrawn"],
  ["cancelled", "was cancelled"],
]);

function requestActs(request: z.output<typeof requestsTraced.row>): TraceAct[] {
  const { id, entity, period, act, jobName, reason, outcome, state } = request;
  const told = (at: string, who: string, text: string): TraceAct => ({
    at,
    kind: "request",
    who,
    text,
    id,
    entity,
    period,
  });
  const acts = [told(request.requestedAt, request.requestedBy, `asked for a ${act}: “${reason}”`)];
  if (request.dispatchedAt) {
    acts.push(told(request.dispatchedAt, "Tieout", `started ${jobName ?? "the job"} for the request`));
  }
  if (ENDED.has(state)) {
    acts.push(told(request.changedAt, "Tieout", `the request ${ENDED.get(state)}${outcome ? `: ${outcome}` : ""}`));
  }
  return acts;
}
