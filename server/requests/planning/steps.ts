import type { Finding, PlanStep } from "../../../schemas/wire/plan.ts";
import { indexOf } from "../../checks/estate-index.ts";
import { datasetNode } from "../../lineage/node-id.ts";
import { usualSeconds } from "./durations.ts";
import { filled, underWayOf, type Load } from "./loads.ts";
import { orderLoads } from "./order.ts";
import { twiceOf } from "./twice.ts";
import type { PlanWorld } from "./world.ts";

/** A step before it has its number; `after` names keys. */
export type Draft = Omit<PlanStep, "id" | "after"> & { key: string; after: string[] };

/** Steps an act wants, and what stands against them. */
export interface Wanted {
  drafts: Draft[];
  stops: Finding[];
}

export interface Drafted {
  drafts: Draft[];
  /** Datasets whose loads wait for each other; null where none do. */
  cycle: string[] | null;
}

/** A step that drives no system. */
export function localDraft(key: string, kind: PlanStep["kind"], title: string, more: Partial<Draft> = {}): Draft {
  return {
    ...{ key, kind, title, system: null, job: null, parameters: {}, flow: null, dataset: null, entity: null },
    ...{ period: null, after: [], runId: null, vendorRunKey: null, fromFailure: false, twice: null, underWay: null },
    ...{ expected: null, reverse: null, settings: {} },
    ...more,
  };
}

/** Loads as steps in the order of the lineage; what was posted before is taken back ahead of posting it again. */
export function loadDrafts(world: PlanWorld, loads: readonly Load[]): Drafted {
  const byKey = new Map<string, Load>();
  for (const load of loads) {
    const known = byKey.get(load.key);
    // Driven beats followed: a load asked for explicitly does not wait to come by itself.
    if (!known || (known.kind === "follow" && load.kind !== "follow")) byKey.set(load.key, load);
  }
  const index = indexOf(world.estate);
  const items = [...byKey.values()].map(({ key, hop, entity, period }) => ({
    ...{ key, entity, period },
    node: datasetNode(index.name(hop.dataset)),
  }));
  const seen = orderLoads(world.graph, items);
  // Systems that write back run in circles; then the order the estate declares counts.
  const { sequence, cycle } = seen.cycle ? orderLoads(world.declared, items) : seen;
  if (cycle) return { drafts: [], cycle };
  const kept = new Map<Load["hop"], Map<string, PlanStep["expected"]>>();
  const drafts = sequence.flatMap(({ key, after }) => {
    const load = byKey.get(key)!;
    const usual = kept.get(load.hop) ?? new Map<string, PlanStep["expected"]>();
    kept.set(load.hop, usual);
    const entity = load.entity ?? "";
    if (!usual.has(entity)) usual.set(entity, usualSeconds(load.runs));
    return draftsOf(world, load, after, usual.get(entity) ?? null);
  });
  return { drafts, cycle: null };
}

function draftsOf(world: PlanWorld, load: Load, after: string[], expected: PlanStep["expected"]): Draft[] {
  const { key, kind, flow, hop, system, entity, period, job, parameters, again } = load;
  const twice = twiceOf(load);
  const of = [entity, period].filter(Boolean).join(" ");
  const back = hop.rerun?.reverse;
  const undo = back && {
    job: filled(back.job, entity ?? "", period ?? ""),
    parameters: Object.fromEntries(
      Object.entries(back.parameters).map(([name, value]) => [name, filled(value, entity ?? "", period ?? "")]),
    ),
  };
  const place = { system: system.id, flow: flow.id, dataset: hop.dataset, entity, period };
  const draft = localDraft(key, kind, of ? `${hop.title} ${of}` : hop.title, {
    ...{ ...place, job, parameters, after, twice, expected },
    runId: again?.runId ?? null,
    vendorRunKey: again ? (world.vendorKeys.get(again.runId) ?? null) : null,
    fromFailure: kind === "rerun",
    underWay: underWayOf(load)?.runId ?? null,
    reverse: hop.rerun?.effect === "posts" ? (undo ?? null) : null,
  });
  if (twice.prevented !== "reversal" || !undo) return [draft];
  const reversal = localDraft(`${key} reversed`, "reverse", `Take back ${draft.title}`, {
    ...{ ...place, job: undo.job, parameters: undo.parameters, after },
  });
  return [reversal, { ...draft, after: [...after, reversal.key] }];
}

/** Gives steps their numbers, in the order they stand. */
export function numbered(drafts: readonly Draft[]): PlanStep[] {
  const ids = new Map(drafts.map(({ key }, at) => [key, `s${at + 1}`]));
  return drafts.map(({ key, after, ...draft }) => ({
    id: ids.get(key)!,
    ...draft,
    after: [...new Set(after.flatMap((each) => ids.get(each) ?? []))],
  }));
}
