import type { Role } from "../../schemas/estate/role.ts";
import type { ExceptionClass, ExceptionCode } from "../../schemas/event/facets.ts";
import type { Hold } from "../../schemas/wire/board.ts";

export type Severity = Hold["severity"];

interface Kind {
  class: ExceptionClass;
  severity: Severity;
  owner: Role;
  /** Roles beside the owner that are told of it first. */
  told: readonly Role[];
}

const kindOf =
  (of: ExceptionClass) =>
  (severity: Severity, owner: Role, ...told: Role[]): Kind => ({ class: of, severity, owner, told });
const business = kindOf("business");
const technical = kindOf("technical");
const control = kindOf("control");

/** Who answers for each kind of exception, and how much it weighs before amount and slack are looked at. */
export const EXCEPTION_TABLE: Record<ExceptionCode, Kind> = {
  "unmapped-member": business("S2", "analyst", "controller"),
  "missing-entity": business("S1", "accountant", "controller"),
  "invalid-combination": business("S2", "analyst", "controller"),
  "period-closed-at-target": business("S2", "controller", "accountant"),
  "late-posting": business("S1", "controller", "accountant"),
  "control-total-gap": business("S1", "accountant", "controller"),
  "count-gap": business("S1", "engineer", "controller", "accountant"),
  "sign-inversion": business("S2", "analyst", "controller"),
  "rate-mismatch": business("S2", "accountant", "controller"),
  "rounding-over-cap": business("S3", "accountant", "controller"),
  "intercompany-imbalance": business("S2", "accountant", "controller"),
  "wrong-version": business("S1", "analyst", "controller"),
  "stale-report": business("S2", "analyst", "controller"),
  "flux-unexplained": business("S3", "accountant", "controller"),
  "budget-overrun": business("S2", "analyst", "controller"),
  "master-mismatch": business("S3", "accountant", "controller"),
  "handoff-overdue": business("S2", "controller", "accountant"),
  "duplicate-load": control("S1", "engineer", "controller"),
  "api-limit": technical("S3", "engineer", "platform"),
  "job-failed": technical("S2", "engineer"),
  "queue-backlog": technical("S2", "engineer", "platform"),
  "contract-drift": technical("S2", "engineer", "platform"),
  "missing-run": technical("S2", "engineer"),
  "credential-expiry": technical("S2", "platform", "engineer"),
  "duty-breach": control("S1", "platform", "controller", "auditor"),
  "posted-after-close": control("S1", "controller", "accountant", "auditor"),
  "signoff-suspended": control("S1", "controller", "accountant"),
  unknown: technical("S3", "engineer"),
};

const SEVERITIES: readonly Severity[] = ["S1", "S2", "S3", "S4"];

/** One level worse, at most S1. */
export function raised(severity: Severity): Severity {
  return SEVERITIES[Math.max(0, SEVERITIES.indexOf(severity) - 1)]!;
}

export function worseFirst(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}
