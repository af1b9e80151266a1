import type { Role } from "../../schemas/estate/role.ts";
import type { Incident, IncidentCause, IncidentException } from "../../schemas/wire/incident.ts";
import type { Cause } from "../close/entity-judgement.ts";

/** Something that is wrong now, from whichever room it was found in. */
export interface OpenException extends Omit<IncidentException, "part" | "endedAt"> {
  /** The same for exceptions that have one cause, if they are not brought about by another: what an incident is of. */
  causeKey: string;
  kind: IncidentCause["kind"];
  ownerRole: Role;
  /**
   * What it brings about further down: `system`: nothing of the system can be relied on; `delivery`: newer figures do not
   * arrive; `figures`: those that arrive are not right.
   */
  brings: "system" | "delivery" | "figures" | null;
  /** What it may be brought about by; null where it is always a cause. `run`: a run that failed or is stuck. */
  suffers: "run" | "delivery" | "figures" | null;
  /** It only tells again what is wrong at its own place, as a load asked for in vain does; it brings about nothing. */
  echo: boolean;
  /** The first deadline it endangers, and the milestones it keeps from being met. */
  dueAt: string | null;
  milestones: readonly { id: string; dueAt: string | null }[];
  /** The hold of the close board it stands behind. */
  hold: string | null;
  /** What it is told as: by itself, or as one of several causes found in the flows. */
  told: { words: Incident["words"] } | { cause: Cause };
}

/** Exceptions with one cause, and what they bring about. */
export interface ExceptionGroup {
  causeKey: string;
  causes: OpenException[];
  impacts: OpenException[];
}
