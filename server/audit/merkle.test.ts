import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifyConsistency, verifyInclusion } from "../evidence/verify-evidence.mjs";
import { completedBy, consistencyPath, EMPTY_ROOT, inclusionPath, leafHash, nodesRead, rootOf } from "./merkle.ts";
import type { NodeAt } from "./merkle.ts";

/** The leaves and roots of the test vectors that came with the first Certificate Transparency log. */
const LEAVES = ["", "\0", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const H = {
  leaf2: "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
  pair34: "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
  four58: "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  leaf5: "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  pair78: "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
  pair56: "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
};

/** A log in memory, written entry by entry as the store is. */
function treeOf(leaves: readonly string[]): NodeAt {
  const open: string[] = [];
  const kept = leaves.map((leaf, at) => {
    const nodes = completedBy(at + 1, leafHash(leaf), open);
    open.splice(open.length - nodes.length + 1, nodes.length - 1, nodes.at(-1)!);
    return nodes;
  });
  return (end, level) => kept[end - 1]![level]!;
}
const many = (size: number) => treeOf(Array.from({ length: size }, (_, at) => `entry ${at}`));

describe("the tree of RFC 6962", () => {
  const node = treeOf(LEAVES);

  test("has the known roots", () => {
    expect(rootOf(0, node)).toBe(EMPTY_ROOT);
    expect(LEAVES.map((_, at) => rootOf(at + 1, node))).toEqual(ROOTS);
  });
  test.each([
    [1, 1, []],
    [1, 8, [H.leaf2, H.pair34, H.four58]],
    [6, 8, [H.leaf5, H.pair78, ROOTS[3]]],
    [3, 3, [ROOTS[1]]],
    [2, 5, [ROOTS[0], H.pair34, H.leaf5]],
  ])("has the known path of entry %i among %i", (sequence, size, path) => {
    expect(inclusionPath(sequence, size, node)).toEqual(path);
  });
  test.each([
    [1, 1, []],
    [1, 8, [H.leaf2, H.pair34, H.four58]],
    [6, 8, [H.pair56, H.pair78, ROOTS[3]]],
    [2, 5, [H.pair34, H.leaf5]],
  ])("has the known proof from %i to %i", (first, second, path) => {
    expect(consistencyPath(first, second, node)).toEqual(path);
  });
});

describe("proofs, to a verifier that shares nothing with what makes them", () => {
  const MOST = 300;
  const node = many(MOST);
  const sizes = fc
    .integer({ min: 1, max: MOST })
    .chain((size) => fc.tuple(fc.integer({ min: 1, max: size }), fc.constant(size)));
  const flipped = (hash: string) => `${hash.slice(0, -1)}${hash.endsWith("0") ? "1" : "0"}`;

  test("every entry of every size is proven, in O(log n) nodes", () => {
    fc.assert(
      fc.property(sizes, ([sequence, size]) => {
        const path = inclusionPath(sequence, size, node);
        const claim = { index: sequence - 1, size, leaf: node(sequence, 0), path, root: rootOf(size, node) };
        expect(verifyInclusion(claim)).toBe(true);
        const read = nodesRead((each) => inclusionPath(sequence, size, each)).length;
        expect(read).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size + 1)));
        expect(verifyInclusion({ ...claim, leaf: leafHash("another") })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flipped(claim.root) })).toBe(false);
        expect(verifyInclusion({ ...claim, path: [...path, claim.root] })).toBe(false);
        if (path.length === 0) return;
        expect(verifyInclusion({ ...claim, path: path.slice(1) })).toBe(false);
        expect(verifyInclusion({ ...claim, path: [flipped(path[0]!), ...path.slice(1)] })).toBe(false);
      }),
    );
  });

  test("every size begins every larger one, and nothing else does", () => {
    fc.assert(
      fc.property(sizes, ([first, second]) => {
        const path = consistencyPath(first, second, node);
        const claim = { first, second, firstRoot: rootOf(first, node), secondRoot: rootOf(second, node), path };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, firstRoot: flipped(claim.firstRoot) })).toBe(false);
        expect(verifyConsistency({ ...claim, secondRoot: flipped(claim.secondRoot) })).toBe(false);
        if (first === second) return;
        expect(verifyConsistency({ ...claim, path: [...path, claim.firstRoot] })).toBe(false);
        expect(verifyConsistency({ ...claim, path: path.slice(0, -1) })).toBe(false);
        const rewritten = treeOf(
          Array.from({ length: second }, (_, at) => (at === first - 1 ? "forged" : `entry ${at}`)),
        );
        const forged = { path: consistencyPath(first, second, rewritten), secondRoot: rootOf(second, rewritten) };
        expect(verifyConsistency({ ...claim, ...forged })).toBe(false);
      }),
    );
  });
});
