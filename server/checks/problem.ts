import type { ExceptionCode, RunException } from "../../schemas/event/facets.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";

/** What went wrong at one hop of a flow, for one entity and period. One root cause is one problem. */
export interface Problem {
  kind: "rejected" | "failed" | "stalled" | "missing" | "stale" | "off";
  code: ExceptionCode;
  flow: string;
  entity: string;
  /** Index of the hop in the flow. */
  hop: number;
  dataset: string;
  sinceAt: Instant;
  run: Run | null;
  exceptions: RunException[];
  /** Target − source in the entity's currency, as decimal text; null where no amount is known. */
  amount: string | null;
  /** Whether the figures are compared and differ. */
  off: boolean;
  /** Whether the amount reaches the entity's materiality; true where no amount is known. */
  material: boolean;
  /** A newer run is under way that may mend it. */
  retrying: boolean;
  /** A failure of a moment ago that its system may well mend by trying again; nobody need act on it yet. */
  passing: boolean;
  /** For missing runs, when the first of them was expected and when the last good one ended. */
  expectedAt: Instant | null;
  /** For missing runs, how many expected starts in a row nothing answered; 0 otherwise. */
  missed: number;
  lastGoodAt: Instant | null;
  /** The job serves every entity, so all their problems with it have one cause. */
  shared: boolean;
}

/** Whether it keeps newer data from arriving, rather than spoiling what arrived. */
export function blocksDelivery(problem: Problem): boolean {
  return (
    problem.kind === "failed" || problem.kind === "stalled" || problem.kind === "missing" || problem.kind === "stale"
  );
}

/** Whether the ledger moved after the figures were taken from it for the last time. */
export function isLatePosting({ code }: Pick<Problem, "code">): boolean {
  return code === "late-posting" || code === "posted-after-close";
}
