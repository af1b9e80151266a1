import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import type { ComparedSide } from "../../server/lines/compared-side.ts";
import { findDifferences } from "../../server/lines/find-differences.ts";
import { LINES_MEMORY } from "../../server/store/clickhouse/lines-load.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { select } from "../clickhouse.ts";
import { atMost, defineBench, quantile, ratioAtMost } from "./bench.ts";

const JOIN = "a full outer join of the same lines by their keys, comparing what they say";
const TIMES = 3;

/** Which lines differ, as a condition over the line's number; the share of it is exact. */
const CASES = {
  scattered: (lines: number) => ({ count: 100, differs: `n % ${lines / 100} = 7` }),
  one: () => ({ count: 1, differs: "n = 4711" }),
  contiguous: () => ({ count: 100, differs: "n >= 5000 AND n < 5100" }),
  many: (lines: number) => ({ count: 10_000, differs: `n % ${lines / 10_000} = 7` }),
};

export const lineDiff = defineBench({
  name: "line-diff",
  title: "100 scattered differences in a million lines against a million, or ten million with --full: the exact lines",
  unit: "ms",
  goal: ratioAtMost(0.1),
  reference: JOIN,
  also: {
    one: { title: "the same with 1", unit: "ms", goal: ratioAtMost(0.1), reference: JOIN },
    contiguous: { title: "the same with 100 in a row", unit: "ms", goal: ratioAtMost(0.1), reference: JOIN },
    many: { title: "the same with 10,000 scattered", unit: "ms", goal: ratioAtMost(1), reference: JOIN },
    memory: {
      title: "memory one comparison took at its worst",
      unit: "MB",
      goal: atMost(2_000),
      reference: "memory the full outer join took",
    },
  },
  async run({ full, say }) {
    const directory = await mkdtemp(join(tmpdir(), "tieout-line-diff-"));
    const clickhouse = await openClickHouse({ directory });
    try {
      await migrateClickHouse(clickhouse);
      return await compared(clickhouse, full ? 10_000_000 : 1_000_000, say);
    } finally {
      await clickhouse.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
});

async function compared(clickhouse: ClickHouse, lines: number, say: (text: string) => void) {
  const left = uuidv7();
  await clickhouse.command(generated(left, lines));
  const times: Record<string, number> = {};
  const joins: number[] = [];
  let memory = 0;
  let joinMemory = 0;
  for (const [name, planted] of Object.entries(CASES)) {
    const { count, differs } = planted(lines);
    const right = uuidv7();
    await clickhouse.command(changed(left, right, differs));
    const side = (load: string): ComparedSide => ({ loads: [load], rows: lines, dimensions: ["account"], sign: 1 });
    const samples: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const began = performance.now();
      const grown = watchMemory();
      const found = await findDifferences(clickhouse, { left: side(left), right: side(right) }, ["account"]);
      memory = Math.max(memory, grown());
      samples.push(performance.now() - began);
      if (time > 0) continue;
      await checkExact(clickhouse, found, { left, differs, count });
      const { method, bucketsDirty, rowsFetched } = found.how;
      const rows = rowsFetched.toLocaleString("en");
      say(
        `${name}: ${count} planted, found exactly; ${method}, ${bucketsDirty} buckets differ, ${rows} rows looked at`,
      );
    }
    times[name] = quantile(samples, 0.5);
    if (name !== "scattered") continue;
    const grown = watchMemory();
    joins.push(await joined(clickhouse, left, right, count));
    joinMemory = grown();
  }
  const reference = joins[0] ?? 0;
  const measured = (name: keyof typeof CASES) => ({ value: times[name] ?? 0, reference });
  return {
    ...measured("scattered"),
    also: {
      ...{ one: measured("one"), contiguous: measured("contiguous"), many: measured("many") },
      memory: { value: Math.max(1, memory), reference: Math.max(1, joinMemory) },
    },
  };
}

/** A ledger of one company: documents of five lines, hashed as a file's would be. */
function generated(load: string, lines: number): string {
  return `INSERT INTO lines
    WITH concatWithSeparator(char(31), 'DE01', toString(1900000000 + intDiv(number, 5)), toString(number % 5 + 1)) AS line_key,
      toDecimal128(toInt64(cityHash64(number) % 2000000) - 1000000, 12) / 100 AS line_amount,
      toString(400000 + number * 7919 % 20000) AS account, cityHash64(line_key) AS hash
    SELECT toUUID('${load}'), bitShiftRight(hash, 48), hash, cityHash64(line_key, line_amount, 'EUR', account),
      line_key, line_amount, 'EUR', account
    FROM numbers(${lines}) SETTINGS max_memory_usage = ${LINES_MEMORY}`;
}

const PARTS = "splitByChar(char(31), key) AS parts";
const NUMBER = `${PARTS}, (toUInt64(parts[2]) - 1900000000) * 5 + toUInt64(parts[3]) - 1 AS n`;

/** The same ledger at the next hop, a cent off in the lines that differ. */
function changed(load: string, copy: string, differs: string): string {
  return `INSERT INTO lines
    WITH ${NUMBER}, if(${differs}, lines.amount + toDecimal128('0.01', 12), lines.amount) AS line_amount
    SELECT toUUID('${copy}'), bucket, key_hash, if(${differs}, cityHash64(row_hash, 1), row_hash),
      key, line_amount, currency, dimensions
    FROM lines WHERE load = toUUID('${load}') SETTINGS max_memory_usage = ${LINES_MEMORY}`;
}

async function checkExact(
  clickhouse: ClickHouse,
  found: { left: { key: readonly string[] }[]; right: { key: readonly string[] }[] },
  { left, differs, count }: { left: string; differs: string; count: number },
): Promise<void> {
  const rows = await select(
    clickhouse,
    `WITH ${NUMBER} SELECT parts FROM lines WHERE load = toUUID('${left}') AND ${differs}`,
  );
  const planted = rows.map(({ parts }) => JSON.stringify(parts)).toSorted();
  for (const side of [found.left, found.right]) {
    const keys = side.map(({ key }) => JSON.stringify(key)).toSorted();
    if (planted.length !== count || keys.join() !== planted.join())
      throw new Error(`${keys.length} lines were found where ${planted.length} of ${count} were planted.`);
  }
}

/** Milliseconds of what one would do without buckets. */
async function joined(clickhouse: ClickHouse, left: string, right: string, count: number): Promise<number> {
  const began = performance.now();
  const [row] = await select(
    clickhouse,
    `SELECT count() AS differing
      FROM (SELECT key, amount, currency, dimensions FROM lines WHERE load = toUUID('${left}')) AS a
      FULL OUTER JOIN (SELECT key, amount, currency, dimensions FROM lines WHERE load = toUUID('${right}')) AS b
        ON a.key = b.key
      WHERE a.amount != b.amount OR a.currency != b.currency OR a.dimensions != b.dimensions`,
  );
  if (Number(row?.differing) !== count) throw new Error(`The join found ${String(row?.differing)} of ${count}.`);
  return performance.now() - began;
}

/** By how many megabytes the process has grown at the most since the call. */
function watchMemory(): () => number {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = () => void (most = Math.max(most, process.memoryUsage.rss()));
  const watch = setInterval(look, 20);
  return () => {
    clearInterval(watch);
    look();
    return (most - before) / 1e6;
  };
}
