import type { LineComparison } from "../../schemas/wire/lines.ts";
import { exactOf, exactText } from "../reconcile/exact.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { differingRowsRestated } from "../store/clickhouse/restated-lines.ts";
import {
  bucketsCompared,
  differingRows,
  differingRowsInShared,
  differingRowsOfDirtyBuckets,
  differingRowsOfNamedBuckets,
  MOST_NAMED,
  type DifferingRow,
} from "../store/clickhouse/line-differences.ts";
import type { ComparedSide } from "./compared-side.ts";
import type { Line } from "./line.ts";
import { restatedParams } from "./restated-params.ts";
import { restated } from "./restate-lines.ts";

export interface Found {
  left: Line[];
  right: Line[];
  /** Whether there are more differing keys than were read. */
  capped: boolean;
  how: LineComparison["how"];
}

export interface FindLimits {
  /** Differing keys read at most. */
  mostKeys: number;
  /** Share of buckets that differ above which every row is read. */
  dirtyShare: number;
  /** Rows looked at in one statement, so that its memory is bounded whatever the extracts' size. */
  rowsAtOnce: number;
}

export const USUAL_LIMITS: FindLimits = { mostKeys: 50_000, dirtyShare: 0.2, rowsAtOnce: 4_000_000 };
const BUCKETS = 65_536;

/**
 * The rows of all keys that are not the same on both sides, in `dimensions`. Two scans: hash buckets made at ingest, then
 * the rows of those that differ. Every row is read where more than a fifth of the buckets differ or hashes cannot be used.
 */
export async function findDifferences(
  clickhouse: ClickHouse,
  { left, right }: { left: ComparedSide; right: ComparedSide },
  dimensions: readonly string[],
  limits: FindLimits = USUAL_LIMITS,
): Promise<Found> {
  const began = performance.now();
  const loads = { left: [...left.loads], right: [...right.loads] };
  const rowsTotal = left.rows + right.rows;
  const [first] = await clickhouse.ask(bucketsCompared, loads);
  const { buckets, dirty, rowsDirty, named } = first ?? { buckets: 0, dirty: 0, rowsDirty: 0, named: [] };
  const unhashed = whyNotByHash(left, right, dimensions);
  const many = dirty > buckets * limits.dirtyShare;
  const because = unhashed || (many ? `${Math.round((dirty / buckets) * 100)} % of the buckets differ` : "");
  const method = because ? "full" : "buckets";
  const rowsFetched = because ? rowsTotal : rowsDirty;
  const found: Found = {
    ...{ left: [], right: [], capped: false },
    how: { method, because, buckets, bucketsDirty: dirty, rowsFetched, rowsTotal, milliseconds: 0 },
  };
  const keys = new Set<string>();
  for (const range of ranges(dirty === 0 && !unhashed ? 0 : Math.ceil(rowsFetched / limits.rowsAtOnce))) {
    const asked = { ...loads, ...range, limit: limits.mostKeys + 1 - keys.size };
    for (const row of await ask(asked)) {
      keys.add(JSON.stringify(row.key));
      if (keys.size > limits.mostKeys) continue;
      const line = lineOf(row, row.side === "left" ? left : right, dimensions);
      if (line) found[row.side].push(line);
    }
    found.capped = keys.size > limits.mostKeys;
    if (found.capped) break;
  }
  found.how.milliseconds = Math.round(performance.now() - began);
  return found;

  function ask(asked: typeof loads & { from: number; to: number; limit: number }): Promise<DifferingRow[]> {
    if (left.restating)
      return clickhouse.ask(differingRowsRestated, { ...asked, ...restatedParams(left, right, dimensions) });
    if (!because && dirty <= MOST_NAMED)
      return clickhouse.ask(differingRowsOfNamedBuckets, { ...asked, buckets: named });
    if (!unhashed) return clickhouse.ask(because ? differingRows : differingRowsOfDirtyBuckets, asked);
    return clickhouse.ask(differingRowsInShared, {
      ...asked,
      ...{ leftDimensions: placesOf(left, dimensions), rightDimensions: placesOf(right, dimensions) },
      ...{ leftSign: left.sign, rightSign: right.sign },
    });
  }
}

function whyNotByHash(left: ComparedSide, right: ComparedSide, dimensions: readonly string[]): string {
  if (left.restating) return "what the rule declares is done to lines as they are read";
  const compared = dimensions.join("\n");
  if (left.dimensions.join("\n") !== compared || right.dimensions.join("\n") !== compared)
    return "not all dimensions of both sides are compared";
  return left.sign === right.sign ? "" : "one side's sign is turned";
}

/** Buckets in so many ranges of the same size. */
function ranges(count: number): { from: number; to: number }[] {
  const size = Math.ceil(BUCKETS / Math.max(1, count));
  return Array.from({ length: count }, (_, at) => ({ from: at * size, to: Math.min(BUCKETS, (at + 1) * size) }));
}

function placesOf({ dimensions }: ComparedSide, compared: readonly string[]): number[] {
  return compared.map((name) => dimensions.indexOf(name) + 1);
}

function lineOf(row: DifferingRow, side: ComparedSide, compared: readonly string[]): Line | null {
  const whole: Line = {
    ...{ key: row.key, currency: row.currency, dimensions: row.dimensions },
    amount: side.sign === 1 ? row.amount : exactText(-exactOf(row.amount)),
  };
  const shown = (line: Line): Line => ({
    ...line,
    dimensions: compared.map((name) => line.dimensions[side.dimensions.indexOf(name)] ?? ""),
  });
  const arrived = side.restating ? restated(whole, side.restating.declared, side.restating) : whole;
  if (!arrived) return null;
  return arrived.handedIn ? { ...shown(arrived), handedIn: shown(arrived.handedIn) } : shown(arrived);
}
