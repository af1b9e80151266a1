import canonicalize from "canonicalize";
import { createHash } from "node:crypto";
import type { Plan } from "../../../schemas/wire/plan.ts";

/**
 * SHA-256 of the canonical JSON (RFC 8785) of what an approval binds: the steps, what they would load twice, what they
 * touch, shut periods and signatures at stake. What moves by itself (durations, quotas, runs under way) is left out.
 */
export function planDigest(plan: Omit<Plan, "digest" | "madeAt">): string {
  const { act, title, class: of, phase, steps, findings, touches, approval } = plan;
  const bound = {
    ...{ schema: "tieout-plan/1", act, title, class: of, phase, touches },
    steps: steps.map(({ expected: _expected, underWay: _underWay, twice, ...step }) => ({
      ...step,
      twice: twice && STAKE.has(twice.prevented) ? twice.prevented : null,
    })),
    findings: findings.filter(({ kind }) => BOUND.has(kind)),
    approval: { policy: approval.policy, approvals: approval.approvals },
  };
  return sha256(bound);
}

const STAKE: ReadonlySet<string> = new Set(["nothing", "reversal"]);
const BOUND: ReadonlySet<string> = new Set(["everything", "twice", "period", "signoff", "report", "reversal"]);

export function sha256(value: unknown): string {
  return createHash("sha256")
    .update(canonicalize(value) ?? "")
    .digest("hex");
}
