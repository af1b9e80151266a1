import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Declaration } from "../../server/lines/declaration.ts";
import { findDifferences, USUAL_LIMITS } from "../../server/lines/find-differences.ts";
import { pairLines } from "../../server/lines/pair-lines.ts";
import { readLines } from "../../server/lines/read-lines.ts";
import { openEmptyClickHouse, type OpenedClickHouse } from "../clickhouse.ts";
import { random } from "../bench/random.ts";

const LINES = 4_000;
const directory = mkdtempSync(join(tmpdir(), "tieout-planted-"));
let engine: OpenedClickHouse;
beforeAll(async () => {
  engine = await openEmptyClickHouse("embedded");
}, 60_000);
afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

const declaration = Declaration.parse({
  ...{ dataset: "d", entity: "DE01", period: "2026-10", runId: "r", format: "csv" },
  layout: { key: { document: "document" }, dimensions: { account: "account", text: "text" } },
});

let files = 0;
async function load(rows: readonly string[]): Promise<string> {
  const path = join(directory, `${files++}.csv`);
  writeFileSync(path, ["document,account,text,currency,amount", ...rows, ""].join("\n"));
  const read = await readLines(engine.clickhouse, path, declaration);
  expect(read).toMatchObject({ rows: rows.length, refusal: "" });
  return read.load;
}

async function found(left: string[], right: string[], rows: [number, number], dirtyShare = 0.2) {
  const dimensions = ["account", "text"];
  const side = (loads: string[], count: number) => ({ loads, rows: count, dimensions, sign: 1 as const });
  const sides = { left: side(left, rows[0]), right: side(right, rows[1]) };
  const limits = { ...USUAL_LIMITS, dirtyShare, rowsAtOnce: 1_500 };
  const differing = await findDifferences(engine.clickhouse, sides, dimensions, limits);
  const { differences } = pairLines(differing.left, differing.right);
  return {
    how: differing.how.method,
    told: differences.map(({ kind, ...pair }) => `${kind} ${(pair.left ?? pair.right)?.key.join()}`).toSorted(),
  };
}

/** A ledger, the same ledger with one thing done to some lines, and what was done. */
function planted(seed: number) {
  const luck = random(seed);
  const draw = (below: number) => Math.floor(luck() * below);
  const row = (document: number, account: number, amount: string, text = "plain") =>
    `${document},${account},${text},EUR,${amount}`;
  const left: string[] = [];
  const right: string[] = [];
  const labels: string[] = [];
  for (let document = 0; document < LINES; document++) {
    const [account, amount] = [400_000 + draw(50), `${draw(2_000_000) - 1_000_000}.${10 + draw(90)}`];
    const line = row(document, account, amount);
    const act = draw(80);
    if (act !== 1) left.push(line);
    if (act === 0) labels.push(`missing ${document}`);
    else if (act === 1) labels.push(`extra ${document}`);
    else if (act < 6) labels.push(`${act === 5 ? "duplicated" : "different"} ${document}`);
    if (act === 2) right.push(row(document, account, `${amount}0000000001`));
    else if (act === 3) right.push(row(document, account + 1, amount));
    else if (act === 4) right.push(row(document, account, amount, '"plain "'));
    else if (act !== 0) right.push(line);
    // Two copies more: what a combination by XOR would not see.
    if (act === 5) right.push(line, line);
  }
  return { left, right, labels: labels.toSorted() };
}

it("finds every planted line and no other, by buckets and by reading everything", async () => {
  const { left, right, labels } = planted(7);
  expect(new Set(labels.map((label) => label.split(" ")[0])).size).toBe(4);
  const sides: [string[], string[]] = [[await load(left)], [await load(right)]];
  const rows: [number, number] = [left.length, right.length];
  expect(await found(...sides, rows)).toEqual({ how: "buckets", told: labels });
  expect(await found(...sides, rows, 0)).toEqual({ how: "full", told: labels });
}, 60_000);

it("says the same of lines in another order, of a load split in two and of a load read again", async () => {
  const { left, right, labels } = planted(11);
  const rows: [number, number] = [left.length, right.length];
  const half = right.length / 2;
  const whole = await load(left);
  const parts = [await load(right.slice(half)), await load(right.slice(0, half))];
  expect((await found([whole], parts, rows)).told).toEqual(labels);
  expect((await found([await load(left.toReversed())], parts.toReversed(), rows)).told).toEqual(labels);
  expect((await found([whole], [await load(left)], [left.length, left.length])).told).toEqual([]);
}, 60_000);
