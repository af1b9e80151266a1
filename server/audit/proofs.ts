import { Fault } from "../fault.ts";
import { auditEntry, auditSize, nodesOf } from "../store/postgres/audit.ts";
import type { Asking } from "../store/postgres.ts";
import { consistencyPath, inclusionPath, nodesRead, rootOf, type NodeAt } from "./merkle.ts";

export interface InclusionProof {
  /** The entry's number, from 1; its leaf's index in RFC 6962 is one less. */
  sequence: number;
  size: number;
  leaf: string;
  path: string[];
  root: string;
}

export interface ConsistencyProof {
  first: number;
  second: number;
  firstRoot: string;
  secondRoot: string;
  path: string[];
}

/**
 * Proves that an entry stands in the log of the given size. Reads O(log n) rows.
 *
 * @throws {Fault} `not-found` where the log of that size has no such entry, `invalid-input` where it is not that long
 */
export async function inclusionProof(store: Asking, sequence: number, size: number): Promise<InclusionProof> {
  await mustReach(store, size);
  const [entry] = sequence <= size ? await store.ask(auditEntry, { sequence }) : [];
  if (!entry) throw new Fault("not-found", `The log of ${size} entries has no entry ${sequence}.`);
  const walk = (node: NodeAt) => ({ path: inclusionPath(sequence, size, node), root: rootOf(size, node) });
  return { sequence, size, leaf: entry.nodes[0]!, ...walk(await nodesFor(store, walk)) };
}

/** Paths of many entries at once, in the order they are given; upper subtrees, which they share, are read once. */
export async function inclusionProofs(
  store: Asking,
  sequences: readonly number[],
  size: number,
): Promise<{ sequence: number; path: string[] }[]> {
  const walk = (node: NodeAt) => sequences.map((sequence) => ({ sequence, path: inclusionPath(sequence, size, node) }));
  return walk(await nodesFor(store, walk));
}

/** Proves that the log of `first` entries begins the log of `second`. Reads O(log n) rows. */
export async function consistencyProof(store: Asking, first: number, second: number): Promise<ConsistencyProof> {
  if (first > second) throw new Fault("invalid-input", `Expected first ≤ second, not ${first} and ${second}.`);
  await mustReach(store, second);
  const walk = (node: NodeAt) => ({
    firstRoot: rootOf(first, node),
    secondRoot: rootOf(second, node),
    path: consistencyPath(first, second, node),
  });
  return { first, second, ...walk(await nodesFor(store, walk)) };
}

async function mustReach(store: Asking, size: number): Promise<void> {
  const [log] = await store.ask(auditSize, {});
  if (size > (log?.size ?? 0)) throw new Fault("invalid-input", `The log has ${log?.size ?? 0} entries, not ${size}.`);
}

async function nodesFor(store: Asking, walk: (node: NodeAt) => unknown): Promise<NodeAt> {
  const sequences = [...new Set(nodesRead(walk).map(({ end }) => end))];
  const rows = await store.ask(nodesOf, { sequences });
  const kept = new Map(rows.map(({ sequence, nodes }) => [sequence, nodes]));
  return (end, level) => {
    const node = kept.get(end)?.[level];
    if (!node) throw new Error(`The log lacks the subtree of 2^${level} entries that ends with entry ${end}.`);
    return node;
  };
}
