import type { ClosePhase } from "../../../schemas/estate/request.ts";
import type { PlanWorld } from "./world.ts";

const LATER: readonly ClosePhase[] = ["open", "closing", "signed", "closed", "locked"];

/** Where the close of an entity's period stands: what its ledgers say, else what was signed, else the calendar. */
export function closePhase(world: PlanWorld, entity: string, period: string): ClosePhase {
  const { facts, calendars, signoffs, now } = world;
  const ledgers = facts.periodStatuses(entity, period).filter(({ subledger }) => subledger === "");
  if (ledgers.length > 0 && ledgers.every(({ status }) => status === "locked")) return "locked";
  if (ledgers.length > 0 && ledgers.every(({ status }) => status === "locked" || status === "closed")) return "closed";
  const signed = signoffs.some(
    (row) => row.entity === entity && row.period === period && row.close === "hard" && row.state === "certified",
  );
  if (signed) return "signed";
  const known = calendars.period(period);
  return known && calendars.periodEnd(known, entity) <= now.toISOString() ? "closing" : "open";
}

/** The phase that asks for most care. */
export function latestPhase(phases: Iterable<ClosePhase>): ClosePhase {
  let at = 0;
  for (const phase of phases) at = Math.max(at, LATER.indexOf(phase));
  return LATER[at]!;
}
