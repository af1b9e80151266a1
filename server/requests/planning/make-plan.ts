import type { ExceptionClass, RequestAct } from "../../../schemas/estate/request.ts";
import type { Flow } from "../../../schemas/estate/flow.ts";
import type { Finding, Plan } from "../../../schemas/wire/plan.ts";
import { indexOf, serves } from "../../checks/estate-index.ts";
import { approvalText, policyFor } from "./approvals.ts";
import { closePhase, latestPhase } from "./close-phase.ts";
import { planDigest } from "./digest.ts";
import { planSeconds } from "./durations.ts";
import { criticalityOf, findingsOf, paceOf, quotasOf } from "./findings.ts";
import { hopsByDataset, loadOfRun, syncLoads, windowLoads, type Load } from "./loads.ts";
import { runbookDrafts } from "./runbook-steps.ts";
import { loadDrafts, localDraft, numbered, type Draft, type Wanted } from "./steps.ts";
import { touchesOf } from "./touches.ts";
import { twiceFindings } from "./twice.ts";
import type { PlanWorld, Wish } from "./world.ts";

/** More steps than this nobody could look through before agreeing. */
const MOST_STEPS = 12_000;

const CLASSES: Record<RequestAct, ExceptionClass> = {
  ...{ sync: "technical", replay: "technical", recollect: "technical", rebuild: "technical" },
  ...{ resubmit: "business", freeze: "control", unfreeze: "control", runbook: "technical" },
};

/**
 * What a wish would do, before anything is done: pure, so that planning again tells whether the world has changed. A plan
 * with a finding of weight `stop` cannot be carried out.
 */
export function makePlan(world: PlanWorld, wish: Wish): Plan {
  const { drafts, stops } = wantedOf(world, wish);
  const steps = numbered(drafts);
  const touches = touchesOf(world, steps, wish);
  const expected = planSeconds(steps, (system) => paceOf(world.estate, system));
  const everything = isEverything(world, wish, steps.length);
  const phase = latestPhase(
    touches.entities.flatMap((entity) => touches.periods.map((period) => closePhase(world, entity, period))),
  );
  const kind = wish.class ?? CLASSES[wish.act];
  const criticality = criticalityOf(world, touches.flows);
  const policy = policyFor(world.estate, { acts: actsOf(world, wish), class: kind, criticality, phase, everything });
  const plan: Omit<Plan, "digest"> = {
    ...{ act: wish.act, title: titleOf(world, wish), class: kind, phase, steps, touches, expected },
    findings: [
      ...stops,
      ...sizeFindings(wish, steps.length, everything),
      ...twiceFindings(steps),
      ...findingsOf(world, wish.act, steps, touches, expected),
    ],
    quotas: quotasOf(world, steps),
    approval: {
      ...{ policy: policy.id, approvals: policy.approvals, expiresHours: policy.expiresHours },
      text: approvalText(policy),
    },
    madeAt: world.now.toISOString(),
  };
  return { ...plan, digest: planDigest(plan) };
}

function wantedOf(world: PlanWorld, wish: Wish): Wanted {
  const { estate } = world;
  const flows = wish.flow ? [indexOf(estate).flow(wish.flow)] : estate.flows;
  switch (wish.act) {
    case "sync":
      return fromLoads(
        world,
        flows.flatMap((flow) => syncLoads(world, flow, wish)),
      );
    case "replay":
      return wish.runs
        ? fromRuns(world, wish.runs)
        : fromLoads(world, windowLoads(world, flows, wish, wish.only ?? "failed"));
    case "resubmit":
      return wish.items ? itemDrafts(wish.items) : fromLoads(world, windowLoads(world, flows, wish, "rejected"));
    case "recollect":
      return local("recollect", `Read ${wish.system} again from ${wish.from}`, {
        system: wish.system!,
        settings: { from: wish.from! },
      });
    case "rebuild":
      return local("rebuild", "Derive everything again from raw events");
    case "freeze":
      return local("freeze", titleOf(world, wish), { settings: freezeSettings(world, wish, flows) });
    case "unfreeze":
      return local("unfreeze", titleOf(world, wish), {
        settings: { ...(wish.freeze ? { freeze: wish.freeze } : {}), ...(wish.flow ? { flow: wish.flow } : {}) },
      });
    case "runbook":
      return runbookDrafts(world, world.runbooks.get(wish.runbook!)!, wish, (inner) => wantedOf(world, inner));
  }
}

/** A runbook asks for what its steps ask for. */
function actsOf({ runbooks }: PlanWorld, wish: Wish): RequestAct[] {
  if (wish.act !== "runbook") return [wish.act];
  const steps = runbooks.get(wish.runbook!)!.steps;
  return ["runbook", ...steps.flatMap(({ act }) => (act.kind === "request" ? [act.act] : []))];
}

function local(kind: Draft["kind"], title: string, more: Partial<Draft> = {}): Wanted {
  return { drafts: [localDraft(kind, kind, title, more)], stops: [] };
}

function itemDrafts(items: NonNullable<Wish["items"]>): Wanted {
  const drafts = items.map(({ id, text }) =>
    localDraft(id, "resubmit", `Take in ${id.slice(0, 8)}${text === undefined ? "" : " as corrected"}`, {
      settings: { item: id, ...(text === undefined ? {} : { text }) },
    }),
  );
  return { drafts, stops: [] };
}

function fromLoads(world: PlanWorld, loads: readonly Load[]): Wanted {
  const { drafts, cycle } = loadDrafts(world, loads);
  const undrivable = loads.filter(
    ({ kind, hop, system }) => kind === "drive" && !(hop.rerun && world.drivable.get(system.id)?.trigger),
  );
  return {
    drafts,
    stops: [
      ...cycleStops(cycle),
      ...[
        ...new Set(
          undrivable.map(({ hop, system }) => `${hop.title} in ${system.title} offers no way to run its load again.`),
        ),
      ].map((text): Finding => ({ kind: "not-drivable", weight: "stop", text })),
    ],
  };
}

function fromRuns(world: PlanWorld, ids: readonly string[]): Wanted {
  const hops = hopsByDataset(world);
  const loads: Load[] = [];
  const stops: Finding[] = [];
  for (const id of ids) {
    const run = world.facts.run(id);
    const load = run && loadOfRun(world, hops, run);
    if (load) loads.push(load);
    else if (stops.length < 5) {
      const text = run
        ? `${run.jobName} belongs to no flow of the estate, so nothing says how to run it again.`
        : `There is no run ${id}.`;
      stops.push({ kind: "not-drivable", weight: "stop", text });
    }
  }
  const wanted = fromLoads(world, loads);
  return { drafts: wanted.drafts, stops: [...stops, ...wanted.stops] };
}

function cycleStops(cycle: string[] | null): Finding[] {
  if (!cycle) return [];
  const named = [...cycle].reverse().map((node) => node.split(":").slice(1).join(":"));
  const text = `These loads wait for each other, so none can be first: ${named.slice(0, 6).join(" → ")}.`;
  return [{ kind: "cycle", weight: "stop", text }];
}

function sizeFindings(wish: Wish, steps: number, everything: boolean): Finding[] {
  if (steps === 0) {
    const text =
      wish.act === "replay" || wish.act === "resubmit"
        ? "Nothing in this window has to run again."
        : "There is nothing to do in this window.";
    return [{ kind: "nothing", weight: "stop", text }];
  }
  if (steps > MOST_STEPS) {
    const text = `${steps} steps are more than anybody could look through; narrow the window to ${MOST_STEPS} at most.`;
    return [{ kind: "everything", weight: "stop", text }];
  }
  return everything
    ? [{ kind: "everything", weight: "warn", text: `This runs everything of the window again: ${steps} steps.` }]
    : [];
}

/** Whether a window leaves nothing out: every load, of every entity, of every flow. */
function isEverything({ estate }: PlanWorld, wish: Wish, steps: number): boolean {
  const whole = wish.entities.length >= estate.entities.length && estate.entities.length > 1;
  const unnamed = wish.act === "replay" && !wish.runs && !wish.flow && wish.only === "all";
  return steps > 1 && whole && unnamed;
}

function freezeSettings({ estate }: PlanWorld, wish: Wish, flows: readonly Flow[]): Record<string, string> {
  const scope = wish.scope ?? (wish.flow ? "flow" : "budget");
  // What plans: flows that do not carry actuals.
  const held = scope === "budget" ? estate.flows.filter(({ version }) => version !== "actual") : flows;
  return {
    scope,
    flows: scope === "everything" ? "" : held.map(({ id }) => id).join(","),
    ...(wish.until ? { until: wish.until } : {}),
  };
}

function titleOf({ estate, runbooks }: PlanWorld, wish: Wish): string {
  const flow = wish.flow ? indexOf(estate).flow(wish.flow) : null;
  const served = flow ? estate.entities.filter(({ id }) => serves(flow, id)).length : estate.entities.length;
  const who = wish.entities.length === 0 || wish.entities.length >= served ? "all entities" : wish.entities.join(", ");
  const of = `${flow?.title ?? "all flows"}, ${who}${wish.periods.length > 0 ? ` ${wish.periods.join(", ")}` : ""}`;
  const hop = flow?.hops.find(({ dataset }) => dataset === wish.dataset)?.title;
  switch (wish.act) {
    case "sync":
      return `Run ${hop ? `${hop} of ` : ""}${of}`;
    case "replay":
      return wish.runs
        ? `Run ${wish.runs.length === 1 ? "a run" : `${wish.runs.length} runs`} again`
        : `Run again what ${CHOSEN[wish.only ?? "failed"]}: ${of}`;
    case "resubmit":
      return wish.items
        ? `Take in ${wish.items.length} corrected ${wish.items.length === 1 ? "input" : "inputs"}`
        : `Load again what lost rows: ${of}`;
    case "recollect":
      return `Read ${estate.systems.find(({ id }) => id === wish.system)?.title} again from ${wish.from?.slice(0, 10)}`;
    case "rebuild":
      return "Derive again from raw events";
    case "freeze":
      return `Freeze ${wish.scope === "everything" ? "every load" : flow ? flow.title : "budgets"}`;
    case "unfreeze":
      return `Lift the freeze${flow ? ` of ${flow.title}` : ""}`;
    case "runbook":
      return `${runbooks.get(wish.runbook!)!.title}: ${who}${wish.periods.length > 0 ? ` ${wish.periods.join(", ")}` : ""}`;
  }
}

const CHOSEN = {
  failed: "failed",
  affected: "failed or was affected",
  rejected: "lost rows",
  all: "was loaded",
} as const;
