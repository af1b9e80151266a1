import type { Instant } from "../../schemas/instant.ts";
import type { LineageAsOf } from "../../schemas/wire/lineage.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { graphAt, type GraphAt } from "../lineage/graph-at.ts";
import { candidates } from "../lineage/node-id.ts";
import type { Ref } from "../lineage/step-index.ts";
import type { DeclaredVersion, LineageMemory } from "./open-lineage.ts";

export interface AskedTimes {
  effectiveAt?: Instant | undefined;
  knownAt?: Instant | undefined;
}

/** The graph at the two times of a question, and what it was declared by. */
export interface LineageView {
  graph: GraphAt;
  declared: DeclaredVersion;
  asOf: LineageAsOf;
  /** Whether the question is about now, so that what is known now of freshness may be said. */
  isNow: boolean;
}

export type LineageDeps = Pick<Context, "estate" | "facts" | "clock" | "clickhouse" | "postgres"> & {
  lineage: LineageMemory;
};

/** Opens the graph at the times asked for, each now where it is not named. */
export function viewAt({ lineage, clock }: Pick<LineageDeps, "lineage" | "clock">, asked: AskedTimes): LineageView {
  const now = clock.now();
  const effectiveAt = asked.effectiveAt ? new Date(asked.effectiveAt) : now;
  const knownAt = asked.knownAt ? new Date(asked.knownAt) : now;
  const asOf = { effectiveAt: effectiveAt.getTime(), knownAt: knownAt.getTime() };
  const declared = lineage.declaredAt(asOf);
  return {
    graph: graphAt(lineage.index, declared.steps, asOf),
    declared,
    asOf: {
      ...{ effectiveAt: effectiveAt.toISOString(), knownAt: knownAt.toISOString() },
      declaredSince: declared.since,
    },
    isNow: effectiveAt >= now && knownAt >= now,
  };
}

/** A moment in epoch milliseconds as the wire writes it; null for none. */
export function instantOf(at: number | null): Instant | null {
  return at === null || !Number.isFinite(at) ? null : new Date(at).toISOString();
}

/**
 * The node a text names: as written here or by tools that leave colons in names alone.
 * @throws {Fault} `not-found` for one that was neither declared nor seen by then
 */
export function nodeNamed({ graph }: LineageView, text: string): Ref {
  for (const id of candidates(text)) {
    const node = graph.index.find(id);
    if (node !== null && isKnown(graph, node)) return node;
  }
  throw new Fault("not-found", `Nothing is known of ${text} at that time.`, { node: text });
}

/** Whether a node was declared, or anything was told of it, at the time of the question. */
export function isKnown({ index, declared, asOf }: GraphAt, node: Ref): boolean {
  if (declared.nodes.has(node)) return true;
  for (const steps of [index.outOf(node), index.into(node)]) {
    for (const step of steps) if (index.lastSeen(step, asOf.effectiveAt, asOf.knownAt) > -Infinity) return true;
  }
  return false;
}
