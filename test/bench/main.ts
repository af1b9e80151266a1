import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { measure, type BenchRow } from "./bench.ts";
import { BENCHES } from "./index.ts";

/** `npm run bench -- [name …] [--json <file>] [--full]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, full: { type: "boolean", default: false } },
});

const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`There is no bench named ${unknown.join(", ")}. Known: ${BENCHES.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
);
const rows: BenchRow[] = [];
let broken = 0;
for (const bench of BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  console.log(`${bench.name}: ${bench.title}`);
  try {
    const say = (text: string) => console.log(`  ${text}`);
    rows.push(...(await measure(bench, { full: values.full, say })));
  } catch (error) {
    broken += 1;
    console.error(`  ${error instanceof Error ? error.message : String(error)}`);
  }
}

console.log(`\n${table(rows)}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = broken > 0 ? 1 : 0;

function table(shown: readonly BenchRow[]): string {
  const cells = [
    ["what", "value", "unit", "reference", "ratio", "goal", "met"],
    ...shown.map((row) => [
      row.name,
      row.value.toLocaleString("en"),
      row.unit,
      row.reference.toLocaleString("en"),
      row.ratio.toFixed(2),
      row.goal,
      row.met ? "✓" : "✕",
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const right = new Set([1, 3, 4]);
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
