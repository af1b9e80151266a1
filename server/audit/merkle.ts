import { hash } from "node:crypto";

/**
 * The hash tree of RFC 6962 (section 2.1), over hashes in hexadecimal. A tree of `size` leaves is read through
 * `NodeAt`: the hash of the complete subtree of 2^level leaves that ends with leaf number `end`, counted from 1.
 */
export type NodeAt = (end: number, level: number) => string;

/** A complete subtree: the leaf it ends with, counted from 1, and how often its size doubles. */
export interface Subtree {
  end: number;
  level: number;
}

/** SHA-256 of nothing: the root of the empty tree. */
export const EMPTY_ROOT = hash("sha256", "");

/** SHA-256 over a zero byte and the leaf's text in UTF-8. */
export function leafHash(body: string): string {
  return hash("sha256", `\0${body}`);
}

/** SHA-256 over a byte of one and both hashes. */
export function nodeHash(left: string, right: string): string {
  return hash("sha256", Buffer.from(`01${left}${right}`, "hex"));
}

/** The complete subtrees a range of leaves `from` < leaf ≤ `to` falls into, left to right; `from` must be aligned. */
export function subtreesOf(from: number, to: number): Subtree[] {
  const found: Subtree[] = [];
  for (let left = from; left < to;) {
    const level = largestLevel(to - left);
    left += 2 ** level;
    found.push({ end: left, level });
  }
  return found;
}

/** The hashes leaf number `sequence` completes, leaf first, given those of the subtrees before it, left to right. */
export function completedBy(sequence: number, leaf: string, open: readonly string[]): string[] {
  const nodes = [leaf];
  for (let rest = sequence, at = open.length - 1; rest % 2 === 0; rest /= 2, at -= 1) {
    nodes.push(nodeHash(open[at]!, nodes.at(-1)!));
  }
  return nodes;
}

export function rootOf(size: number, node: NodeAt): string {
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, node);
}

/** The audit path of leaf number `sequence` (from 1) in the tree of `size` leaves, nearest first: PATH(m, D[n]). */
export function inclusionPath(sequence: number, size: number, node: NodeAt): string[] {
  return pathWithin(sequence - 1, 0, size, node);
}

/** The proof that the tree of `first` leaves begins the tree of `second`: PROOF(m, D[n]). Empty where they are the same. */
export function consistencyPath(first: number, second: number, node: NodeAt): string[] {
  return first === 0 || first === second ? [] : proofWithin(first, { from: 0, to: second }, node, true);
}

/** The subtrees the three functions above read, so that a store can be asked for them all at once. */
export function nodesRead(walk: (node: NodeAt) => unknown): Subtree[] {
  const read: Subtree[] = [];
  walk((end, level) => {
    read.push({ end, level });
    return EMPTY_ROOT;
  });
  return read;
}

function rangeHash(from: number, to: number, node: NodeAt): string {
  const hashes = subtreesOf(from, to).map(({ end, level }) => node(end, level));
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

function pathWithin(index: number, from: number, to: number, node: NodeAt): string[] {
  if (to - from === 1) return [];
  const middle = from + split(to - from);
  return index < middle
    ? [...pathWithin(index, from, middle, node), rangeHash(middle, to, node)]
    : [...pathWithin(index, middle, to, node), rangeHash(from, middle, node)];
}

function proofWithin(first: number, within: { from: number; to: number }, node: NodeAt, known: boolean): string[] {
  const { from, to } = within;
  if (first === to) return known ? [] : [rangeHash(from, to, node)];
  const middle = from + split(to - from);
  return first <= middle
    ? [...proofWithin(first, { from, to: middle }, node, known), rangeHash(middle, to, node)]
    : [...proofWithin(first, { from: middle, to }, node, false), rangeHash(from, middle, node)];
}

/** The largest power of two smaller than `size`. */
function split(size: number): number {
  return 2 ** largestLevel(size - 1);
}

function largestLevel(size: number): number {
  let level = 0;
  while (2 ** (level + 1) <= size) level += 1;
  return level;
}
