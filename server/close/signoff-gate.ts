import type { SignoffStep } from "../../schemas/wire/signoff.ts";
import type { CellSignoff } from "../../schemas/wire/board.ts";
import { ROLE_TITLES } from "../../schemas/estate/role.ts";
import { timeText } from "../checks/time-text.ts";
import type { StandingSignoff } from "./decisions.ts";
import type { GateFinding } from "./gates.ts";
import type { Signed, SignoffMilestone } from "./signoff-content.ts";

export interface SignoffGateInput {
  milestone: SignoffMilestone;
  zone: string;
  /** The latest sign-off of the milestone. */
  signoff: StandingSignoff | null;
  /** What it would bind now. */
  now: Signed;
  /** When the period was last opened again after it had been shut. */
  reopenedAt: string | null;
}

export const STEPS: readonly SignoffStep[] = ["prepare", "review", "certify"];
const PAST: Record<SignoffStep, string> = { prepare: "Prepared", review: "reviewed", certify: "certified" };

/** Met once certified, and only as long as what was signed still stands. */
export function signoffGate(input: SignoffGateInput): GateFinding {
  const { signoff, milestone, zone } = input;
  const found: GateFinding = {
    ...{ met: false, metAt: null, wasMetAt: null, opensAt: null, blockedBy: [], progress: null, line: null },
    state: "not-due",
    why: "",
    signoff: standing(input),
  };
  if (!signoff) return { ...found, why: `Nobody has signed yet. ${waitsFor("prepare", milestone)}` };
  const said = signoff.signatures.map(({ step, by, at }) => `${PAST[step]} by ${by.name} ${timeText(at, zone)}`);
  const signed = `${said.join(", ")}.`;
  const broken = brokenBy(input);
  if (broken !== null) {
    const at = signoff.endedAt ? ` ${timeText(signoff.endedAt, zone)}` : "";
    const why = `Suspended${at}: ${broken} ${signed} ${waitsFor("prepare", milestone)}`;
    return { ...found, wasMetAt: signoff.certifiedAt, suspended: true, why };
  }
  if (signoff.state === "withdrawn") {
    return { ...found, why: `Withdrawn ${timeText(signoff.endedAt!, zone)}: ${signoff.reason} ${signed}` };
  }
  if (signoff.state === "certified") {
    return { ...found, met: true, metAt: signoff.certifiedAt, why: signed };
  }
  const progress = signoff.signatures.length / STEPS.length;
  return { ...found, state: "running", progress, why: `${signed} ${waitsFor(signoff.next!, milestone)}` };
}

/** Why what was signed no longer stands, as a sentence; null while it does. */
export function brokenBy({ signoff, now, reopenedAt }: SignoffGateInput): string | null {
  if (!signoff || signoff.state === "withdrawn") return null;
  if (signoff.state === "suspended") return signoff.reason ?? "what was signed has changed since.";
  const preparedAt = signoff.signatures[0]?.at ?? "";
  if (reopenedAt !== null && reopenedAt > preparedAt) return "the period was opened again since.";
  // Periods of long ago are not kept at hand; what is not known has not changed.
  const known = now.content.balances.some(({ rows }) => rows.length > 0);
  return known && now.digest !== signoff.digest ? "what was signed has changed since." : null;
}

function standing(input: SignoffGateInput): CellSignoff {
  const { signoff } = input;
  if (!signoff) return { id: null, state: "open", next: "prepare", endedAt: null };
  const { id, endedAt } = signoff;
  if (brokenBy(input) !== null) return { id, state: "suspended", next: "prepare", endedAt };
  return { id, state: signoff.state, next: signoff.state === "withdrawn" ? "prepare" : signoff.next, endedAt };
}

function waitsFor(step: SignoffStep, milestone: SignoffMilestone): string {
  if (step === "prepare") return "Waits for somebody to prepare it.";
  if (step === "review") return "Waits for another person’s review.";
  return `Waits for a third person to certify it, as ${ROLE_TITLES[milestone.gate.role]}.`;
}
