import type { Expected, Finding, PlanStep, PlanTouches } from "../../../schemas/wire/plan.ts";
import type { FreezeRow } from "../../../schemas/wire/request.ts";
import type { RequestAct, ClosePhase } from "../../../schemas/estate/request.ts";
import { indexOf } from "../../checks/estate-index.ts";
import { closePhase } from "./close-phase.ts";
import type { PlanWorld } from "./world.ts";

/** Named at most so often in one sentence. */
const NAMED = 6;

/** What somebody who agrees should know: shut periods, signatures at stake, reports, deadlines, quotas, freezes. */
export function findingsOf(
  world: PlanWorld,
  act: RequestAct,
  steps: readonly PlanStep[],
  touches: PlanTouches,
  expected: Expected | null,
): Finding[] {
  if (steps.every(({ system }) => system === null)) return freezeFindings(world, act, touches);
  return [
    ...freezeFindings(world, act, touches),
    ...periodFindings(world, touches),
    ...signoffFindings(world, touches),
    ...reportFindings(world, touches),
    ...deadlineFindings(world, touches, expected),
    ...quotaFindings(world, steps),
    ...underWayFindings(steps),
  ];
}

/** Freezes that hold an act on these flows. Lifting a freeze is never held by one. */
export function freezesOn(
  freezes: readonly FreezeRow[],
  act: RequestAct,
  flows: readonly string[],
  now: string,
): FreezeRow[] {
  if (act === "unfreeze" || act === "freeze") return [];
  return freezes.filter(
    (freeze) =>
      freeze.fromAt <= now &&
      (freeze.untilAt === null || freeze.untilAt > now) &&
      (freeze.acts.length === 0 || freeze.acts.includes(act)) &&
      (freeze.scope === "everything" || freeze.flows.some((flow) => flows.includes(flow))),
  );
}

function freezeFindings(world: PlanWorld, act: RequestAct, touches: PlanTouches): Finding[] {
  return freezesOn(world.freezes, act, touches.flows, world.now.toISOString()).map(({ title, reason, by }) => ({
    kind: "freeze",
    weight: "warn",
    text: `${title} by ${by} holds it until it is lifted: ${reason}`,
  }));
}

function periodFindings(world: PlanWorld, { entities, periods }: PlanTouches): Finding[] {
  const shut = entities.flatMap((entity) =>
    periods.map((period) => ({ place: `${entity} ${period}`, phase: closePhase(world, entity, period) })),
  );
  const told = (phase: ClosePhase, text: string): Finding[] => {
    const places = shut.filter((each) => each.phase === phase).map(({ place }) => place);
    return places.length === 0 ? [] : [{ kind: "period", weight: "warn", text: `${text}: ${listed(places)}.` }];
  };
  return [...told("locked", "Locked for good"), ...told("closed", "Closed in the ledger")];
}

function signoffFindings({ signoffs }: PlanWorld, { entities, periods }: PlanTouches): Finding[] {
  const standing = signoffs.filter(
    ({ entity, period, state }) =>
      entities.includes(entity) && periods.includes(period) && ["prepared", "reviewed", "certified"].includes(state),
  );
  if (standing.length === 0) return [];
  const named = listed(standing.map(({ title, entity, period }) => `${title} of ${entity} ${period}`));
  return [{ kind: "signoff", weight: "warn", text: `Suspended if figures change: ${named}.` }];
}

function reportFindings({ estate }: PlanWorld, { reports }: PlanTouches): Finding[] {
  if (reports.length === 0) return [];
  const titles = estate.reports.filter(({ id }) => reports.includes(id)).map(({ title }) => title);
  return [{ kind: "report", weight: "note", text: `Reports that will show other figures: ${listed(titles)}.` }];
}

/** Milestones whose deadline would fall while the plan is being carried out. */
function deadlineFindings(
  { estate, calendars, now }: PlanWorld,
  { entities, periods, milestones }: PlanTouches,
  expected: Expected | null,
): Finding[] {
  if (!expected) return [];
  const from = now.toISOString();
  const until = new Date(now.getTime() + expected.p90Seconds * 1000).toISOString();
  const endangered = estate.close.milestones
    .filter(({ id }) => milestones.includes(id))
    .filter((milestone) =>
      periods.some((key) => {
        const period = calendars.period(key);
        return (
          period !== null &&
          entities.some((entity) => {
            const { at } = calendars.milestoneDeadline(period, entity, milestone);
            return at >= from && at <= until;
          })
        );
      }),
    );
  if (endangered.length === 0) return [];
  const titles = listed(endangered.map(({ title }) => title));
  return [{ kind: "deadline", weight: "warn", text: `Due before it is likely to be done: ${titles}.` }];
}

const USUAL = { perMinute: 120, concurrency: 6 };

/** How hard a system may be driven. */
export function paceOf(estate: PlanWorld["estate"], system: string): { perMinute: number; concurrency: number } {
  return estate.systems.find(({ id }) => id === system)?.drive ?? USUAL;
}

/** Calls each system would get. */
export function quotasOf(world: PlanWorld, steps: readonly PlanStep[]) {
  const bySystem = Map.groupBy(
    steps.filter(({ system, kind }) => system !== null && kind !== "follow"),
    ({ system }) => system!,
  );
  return [...bySystem].map(([system, own]) => ({ system, calls: own.length, ...paceOf(world.estate, system) }));
}

function quotaFindings(world: PlanWorld, steps: readonly PlanStep[]): Finding[] {
  const index = new Map(world.estate.systems.map(({ id, title }) => [id, title]));
  return quotasOf(world, steps)
    .filter(({ calls, perMinute }) => calls > perMinute)
    .map(({ system, calls, perMinute }) => ({
      kind: "quota",
      weight: "note",
      text: `${index.get(system)} takes ${perMinute} calls a minute and gets ${calls}: at least ${Math.ceil(calls / perMinute)} minutes.`,
    }));
}

function underWayFindings(steps: readonly PlanStep[]): Finding[] {
  const moving = steps.filter(({ underWay, kind }) => underWay !== null && kind !== "follow");
  if (moving.length === 0) return [];
  return [
    {
      kind: "under-way",
      weight: "note",
      text: `Under way already and adopted: ${listed(moving.map((s) => s.title))}.`,
    },
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(", ")} and ${more} more` : names.join(", ");
}

/** The flows of a step list's criticality, the most critical first. */
export function criticalityOf({ estate }: PlanWorld, flows: readonly string[]) {
  const index = indexOf(estate);
  const found = new Set(flows.map((id) => index.flow(id).criticality));
  return (["close-critical", "important", "routine"] as const).find((each) => found.has(each)) ?? "routine";
}
