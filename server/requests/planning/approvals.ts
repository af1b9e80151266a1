import type { Estate } from "../../../schemas/estate/estate.ts";
import type { ApprovalPolicy, ClosePhase, ExceptionClass, RequestAct } from "../../../schemas/estate/request.ts";
import type { Flow } from "../../../schemas/estate/flow.ts";

export interface Approvable {
  /** A runbook's are those of its steps. */
  acts: readonly RequestAct[];
  class: ExceptionClass;
  criticality: Flow["criticality"];
  phase: ClosePhase;
  /** Whether the request leaves part of its window out. */
  everything: boolean;
}

/** Where the estate says nothing: shut books need a controller, what is run again while they are being closed another. */
const USUAL: readonly ApprovalPolicy[] = [
  { id: "rebuild-freely", acts: ["rebuild", "freeze", "runbook"], approvals: "none", expiresHours: 24 },
  { id: "shut-books", phases: ["closed", "locked"], approvals: "controller", expiresHours: 24 },
  { id: "signed-books", phases: ["signed"], approvals: "controller", expiresHours: 24 },
  { id: "sync-freely", acts: ["sync"], approvals: "none", expiresHours: 24 },
  {
    id: "closing-critical",
    acts: ["replay", "resubmit"],
    criticality: ["close-critical"],
    phases: ["closing"],
    approvals: "one",
    expiresHours: 24,
  },
  { id: "let-go-on", acts: ["unfreeze"], approvals: "one", expiresHours: 24 },
  { id: "anything-else", approvals: "none", expiresHours: 24 },
];

/**
 * The first policy that fits, of several acts the one that asks for most; one that would let everything run again unseen
 * asks for one person at least.
 */
export function policyFor(estate: Pick<Estate, "approvals">, asked: Approvable): ApprovalPolicy {
  const policies = [...estate.approvals, ...USUAL];
  const each = asked.acts.map((act) => policies.find((policy) => fits(policy, act, asked))!);
  const found = each.reduce((most, policy) =>
    STRICTNESS.indexOf(policy.approvals) > STRICTNESS.indexOf(most.approvals) ? policy : most,
  );
  return asked.everything && found.approvals === "none" ? { ...found, id: "everything", approvals: "one" } : found;
}

const STRICTNESS: readonly ApprovalPolicy["approvals"][] = ["none", "one", "controller", "two"];

function fits(policy: ApprovalPolicy, act: RequestAct, asked: Approvable): boolean {
  const { acts, criticality, classes, phases } = policy;
  return (
    (acts?.includes(act) ?? true) &&
    (criticality?.includes(asked.criticality) ?? true) &&
    (classes?.includes(asked.class) ?? true) &&
    (phases?.includes(asked.phase) ?? true)
  );
}

export const NEEDED: Record<ApprovalPolicy["approvals"], number> = { none: 0, one: 1, two: 2, controller: 1 };

export function approvalText({ approvals, expiresHours }: ApprovalPolicy): string {
  const hours = `within ${expiresHours} ${expiresHours === 1 ? "hour" : "hours"}`;
  if (approvals === "none") return "Nobody else has to agree.";
  if (approvals === "controller") return `A controller other than whoever asks has to agree ${hours}.`;
  return approvals === "one" ? `One other person has to agree ${hours}.` : `Two other people have to agree ${hours}.`;
}
