import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Declaration } from "../../server/lines/declaration.ts";
import { readLines } from "../../server/lines/read-lines.ts";
import { LINES_MEMORY } from "../../server/store/clickhouse/lines-load.ts";
import { openClickHouse, type ClickHouse } from "../../server/store/clickhouse.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { defineBench, quantile, ratioAtLeast } from "./bench.ts";

const TIMES = 3;

export const lineIngest = defineBench({
  name: "line-ingest",
  title: "a CSV of a million lines, or ten million with --full, checked, hashed, summed and put into buckets",
  unit: "lines/s",
  goal: ratioAtLeast(0.7),
  reference: "the engine inserting the same file into a plain table of the same columns, ordered by the lines' keys",
  async run({ full, say }) {
    const directory = await mkdtemp(join(tmpdir(), "tieout-line-ingest-"));
    const clickhouse = await openClickHouse({ directory: join(directory, "clickhouse") });
    try {
      await migrateClickHouse(clickhouse);
      const lines = full ? 10_000_000 : 1_000_000;
      const path = join(directory, "ledger.csv");
      await clickhouse.command(ledger(path, lines));
      await clickhouse.command(PLAIN);
      const alone: number[] = [];
      const ours: number[] = [];
      // In turns, so that what else the machine does falls on both.
      for (let time = 0; time < (full ? 1 : TIMES); time++) {
        alone.push(await seconds(() => plainly(clickhouse, path)));
        ours.push(await seconds(() => taken(clickhouse, path, lines)));
        say(`${alone.at(-1)?.toFixed(1)} s by the engine alone, ${ours.at(-1)?.toFixed(1)} s taken in`);
      }
      return { value: lines / quantile(ours, 0.5), reference: lines / quantile(alone, 0.5) };
    } finally {
      await clickhouse.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
});

function ledger(path: string, lines: number): string {
  return `INSERT INTO FUNCTION file('${path}', CSVWithNames)
    SELECT 'DE01' AS company, toString(1900000000 + intDiv(number, 5)) AS document, '2026' AS year,
      toString(number % 5 + 1) AS line, toString(400000 + number * 7919 % 20000) AS account,
      'CC' || toString(number * 104729 % 3000) AS cost_centre, 'EUR' AS currency,
      toString(toDecimal64(toInt64(cityHash64(number) % 2000000) - 1000000, 2) / 100) AS amount
    FROM numbers(${lines})`;
}

const PLAIN = `CREATE TABLE plain (
    company String, document String, year String, line String, account String, cost_centre String,
    currency LowCardinality(String), amount Decimal(38, 12)
  ) ENGINE = MergeTree ORDER BY (company, document, year, line)`;

const DECLARATION = Declaration.parse({
  ...{ dataset: "ledger", entity: "DE01", period: "2026-10", runId: "bench", format: "csv" },
  layout: {
    key: { company: "company", document: "document", year: "year", line: "line" },
    dimensions: { account: "account", cost_centre: "cost_centre" },
  },
});

async function plainly(clickhouse: ClickHouse, path: string): Promise<void> {
  await clickhouse.insertFile({
    ...{ path, format: "CSVWithNames", table: "plain", settings: { max_memory_usage: String(LINES_MEMORY) } },
    structure:
      "company String, document String, year String, line String, account String, cost_centre String, currency String, amount Decimal(38, 12)",
    select: (source) => `SELECT * FROM ${source}`,
  });
}

async function taken(clickhouse: ClickHouse, path: string, lines: number): Promise<void> {
  const { rows, refusal } = await readLines(clickhouse, path, DECLARATION);
  if (rows !== lines) throw new Error(`${rows} of ${lines} lines were taken in. ${refusal}`);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
