import type { Estate } from "../../../schemas/estate/estate.ts";
import type { BoardCell, Hold } from "../../../schemas/wire/board.ts";
import type { IncidentCause } from "../../../schemas/wire/incident.ts";
import { indexOf } from "../../checks/estate-index.ts";
import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import type { Problem } from "../../checks/problem.ts";
import { overdueId, suspendedId, type Cause, type EntityJudgement } from "../../close/entity-judgement.ts";
import { causeKeyOf } from "../cause-key.ts";
import type { OpenException } from "../open-exception.ts";

/** A period as the close board judges it: its entities and its holds, worst first. */
export interface JudgedPeriod {
  period: string;
  judgements: readonly EntityJudgement[];
  holds: readonly Hold[];
}

/** What the flows show: failed, stalled and missing runs, refused rows, figures that differ, stale reports. */
export function flowExceptions(estate: Estate, { period, judgements, holds }: JudgedPeriod): OpenException[] {
  const byId = new Map(holds.map((hold) => [hold.id, hold]));
  return judgements.flatMap((judgement) =>
    judgement.causes
      .filter(({ accepted }) => !accepted)
      .map((cause) => exceptionOf(estate, judgement, cause, byId.get(cause.id)!, period)),
  );
}

/** Sign-offs that do not stand any more, and those somebody owes. */
export function signoffExceptions(estate: Estate, { period, judgements, holds }: JudgedPeriod): OpenException[] {
  const byId = new Map(holds.map((hold) => [hold.id, hold]));
  return judgements.flatMap((judgement) => {
    const { entity } = judgement.row;
    const of = (cell: BoardCell, id: string): OpenException => {
      const hold = byId.get(id)!;
      const { title, text } = hold;
      return {
        ...exceptionOfHold(hold, period),
        ...{ key: `${id}/${entity}/${period}`, kind: "people", entity, dataset: signedDataset(estate, entity) },
        ...{ brings: null, suffers: null, echo: true },
        milestones: [{ id: cell.milestone, dueAt: hold.dueAt }],
        told: { words: { finance: { title, text }, engineering: { title, text: `${entity} has to be signed.` } } },
      };
    };
    return [
      // What made the figures move makes the signature fall.
      ...judgement.suspended.map((cell) => ({
        ...of(cell, suspendedId(cell.milestone, entity)),
        suffers: "figures" as const,
      })),
      ...judgement.overdue.map((cell) => of(cell, overdueId(cell))),
    ];
  });
}

/** Systems that cannot be read. */
export function collectorExceptions(
  estate: Estate,
  { period, judgements, holds }: JudgedPeriod,
  blind: ReadonlyMap<string, string>,
): OpenException[] {
  return [...blind.keys()].flatMap((system) => {
    const hold = holds.find(({ id }) => id === `credential-expiry.${system}` || id === `api-limit.${system}`);
    if (!hold) return [];
    const { title, text } = hold;
    const passing = judgements.flatMap((judgement) =>
      (judgement.passing.get(system) ?? []).map((cell) => ({ cell, entity: judgement.row.entity })),
    );
    return {
      ...exceptionOfHold(hold, period),
      key: hold.id,
      ...{ kind: "system", system, period: null },
      ...{ brings: "system", suffers: null },
      milestones: passing.map(({ cell }) => ({
        id: cell.milestone,
        dueAt: cell.timing === "missed" ? null : cell.deadline.at,
      })),
      told: { words: { finance: { title, text }, engineering: { title, text } } },
    };
  });
}

const KINDS: Record<Problem["kind"], IncidentCause["kind"]> = {
  failed: "run",
  stalled: "run",
  missing: "run",
  rejected: "rows",
  stale: "report",
  off: "figures",
};

/** Differences that are their own cause wherever they show; others may be carried over from a flow before. */
const OF_THEMSELVES: ReadonlySet<string> = new Set([
  "late-posting",
  "posted-after-close",
  "sign-inversion",
  "rate-mismatch",
]);

function exceptionOf(
  estate: Estate,
  { row }: EntityJudgement,
  cause: Cause,
  hold: Hold,
  period: string,
): OpenException {
  const { problem, entity, milestones } = cause;
  const { run } = problem;
  const index = indexOf(estate);
  const { class: of, owner } = EXCEPTION_TABLE[problem.code];
  return {
    key: `${cause.id}/${entity.id}/${period}`,
    causeKey: causeKeyOf(estate, problem),
    kind: problem.code === "credential-expiry" ? "system" : KINDS[problem.kind],
    ...{ code: problem.code, class: of, severity: hold.severity, ownerRole: owner, title: hold.title },
    ...{ system: index.systemOf(problem.dataset).id, dataset: problem.dataset, flow: problem.flow },
    ...{ entity: entity.id, period },
    job: run?.jobName ?? index.flow(problem.flow).hops[problem.hop]!.job.replace("{entity}", entity.id),
    ...{ runId: run?.runId ?? null, correlationId: run?.correlationId ?? null },
    detail: run?.error ?? problem.exceptions[0]?.message ?? null,
    ...{ amount: problem.amount, currency: problem.amount === null ? null : entity.currency },
    sinceAt: problem.sinceAt,
    ...bearing(problem),
    echo: false,
    dueAt: cause.dueAt,
    milestones: milestones.map(({ id }) => {
      const cell = row.cells.find(({ milestone }) => milestone === id);
      return { id, dueAt: cell && cell.metAt === null ? cell.deadline.at : null };
    }),
    hold: hold.id,
    told: { cause },
  };
}

function bearing({ kind, code }: Problem): Pick<OpenException, "brings" | "suffers"> {
  if (code === "credential-expiry") return { brings: "system", suffers: null };
  switch (kind) {
    case "failed":
      return { brings: "delivery", suffers: "run" };
    case "stalled":
    case "missing":
    case "stale":
      return { brings: "delivery", suffers: "delivery" };
    case "rejected":
      return { brings: "figures", suffers: null };
    case "off":
      return { brings: "figures", suffers: OF_THEMSELVES.has(code) ? null : "figures" };
  }
}

function exceptionOfHold(hold: Hold, period: string) {
  return {
    key: `${hold.id}/${period}`,
    causeKey: hold.id,
    ...{ code: hold.code, class: hold.class, severity: hold.severity, ownerRole: hold.owner, title: hold.title },
    ...{ system: null, dataset: null, flow: hold.flow, entity: hold.entity, period, job: null },
    ...{ runId: null, correlationId: null, detail: null, amount: null, currency: null },
    ...{ sinceAt: hold.sinceAt, dueAt: hold.dueAt, hold: hold.id, echo: false },
  } satisfies Partial<OpenException>;
}

/** Where what was signed can first be seen to have moved: the end of the line that is reconciled before signing. */
function signedDataset(estate: Estate, entity: string): string | null {
  const gates = estate.close.milestones.flatMap(({ gate }) =>
    gate.kind === "reconciliation" ? gate.reconciliation : [],
  );
  const index = indexOf(estate);
  const flows = new Set(index.flowsOf(entity).map(({ id }) => id));
  const rule = gates.map((id) => index.reconciliation(id)).find(({ flow }) => flows.has(flow));
  return rule?.legs.at(-1) ?? null;
}
