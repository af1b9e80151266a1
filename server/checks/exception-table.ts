import type { Role } from "../../schemas/estate/role.ts";
import type { ExceptionClass, ExceptionCode } from "../../schemas/event/facets.ts";
import type { Hold } from "../../schemas/wire/board.ts";

export type Severity = Hold["severity"];

interface Kind {
  class: ExceptionClass;
  severity: Severity;
  owner: Role;
}

const business = (severity: Severity, owner: Role): Kind => ({ class: "business", severity, owner });
const technical = (severity: Severity, owner: Role): Kind => ({ class: "technical", severity, owner });
const control = (severity: Severity, owner: Role): Kind => ({ class: "control", severity, owner });

/** Who answers for each kind of exception, and how much it weighs before amount and slack are looked at. */
export const EXCEPTION_TABLE: Record<ExceptionCode, Kind> = {
  "unmapped-member": business("S2", "analyst"),
  "missing-entity": business("S1", "accountant"),
  "invalid-combination": business("S2", "analyst"),
  "period-closed-at-target": business("S2", "controller"),
  "late-posting": business("S1", "controller"),
  "control-total-gap": business("S1", "accountant"),
  "count-gap": business("S1", "engineer"),
  "sign-inversion": business("S2", "analyst"),
  "rate-mismatch": business("S2", "accountant"),
  "rounding-over-cap": business("S3", "accountant"),
  "intercompany-imbalance": business("S2", "accountant"),
  "wrong-version": business("S1", "analyst"),
  "stale-report": business("S2", "analyst"),
  "flux-unexplained": business("S3", "accountant"),
  "budget-overrun": business("S2", "analyst"),
  "master-mismatch": business("S3", "accountant"),
  "handoff-overdue": business("S2", "controller"),
  "duplicate-load": control("S1", "engineer"),
  "api-limit": technical("S3", "engineer"),
  "job-failed": technical("S2", "engineer"),
  "queue-backlog": technical("S2", "engineer"),
  "contract-drift": technical("S2", "engineer"),
  "missing-run": technical("S2", "engineer"),
  "credential-expiry": technical("S2", "platform"),
  "duty-breach": control("S1", "platform"),
  "posted-after-close": control("S1", "controller"),
  "signoff-suspended": control("S1", "controller"),
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
