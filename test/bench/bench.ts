/** What must hold of a measure: of the value itself, or of its ratio to the reference measured in the same run. */
export interface Goal {
  of: "value" | "ratio";
  bound: "at least" | "at most";
  number: number;
}

export const atLeast = (number: number): Goal => ({ of: "value", bound: "at least", number });
export const atMost = (number: number): Goal => ({ of: "value", bound: "at most", number });
export const ratioAtLeast = (number: number): Goal => ({ of: "ratio", bound: "at least", number });
export const ratioAtMost = (number: number): Goal => ({ of: "ratio", bound: "at most", number });

export interface Measured {
  value: number;
  /** What the same machine does in the same run without the thing measured; in the same unit. */
  reference: number;
}

export interface Bench {
  /** As it is asked for on the command line: `ingest-batch`. */
  name: string;
  /** What is measured, as a table's reader needs it. */
  title: string;
  unit: string;
  goal: Goal;
  /** What the reference is. */
  reference: string;
  /** More figures the same run yields, each a row of its own named `<name>-<key>`. */
  also?: Record<string, Pick<Bench, "title" | "unit" | "goal" | "reference">>;
  /** Answers the measure, and one for each key of `also`. */
  run(options: BenchOptions): Promise<Measured & { also?: Record<string, Measured> }>;
}

export interface BenchOptions {
  /** Full size: 10 million events where the usual run takes fewer. */
  full: boolean;
  /** Says what is going on now; long runs say how far. */
  say(text: string): void;
}

/** A row of `npm run bench` as a declared value; listed once in `index.ts`. */
export function defineBench(bench: Bench): Bench {
  return bench;
}

/** One row as printed and as written by `--json`. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  reference: number;
  ratio: number;
  goal: string;
  met: boolean;
}

/** Runs a bench and judges every figure it yields. */
export async function measure(bench: Bench, options: BenchOptions): Promise<BenchRow[]> {
  const { also = {}, ...first } = await bench.run(options);
  const rows = [judge(bench.name, bench, first)];
  for (const [key, more] of Object.entries(bench.also ?? {})) {
    const measured = also[key];
    if (!measured) throw new Error(`${bench.name} declares "${key}" and did not measure it.`);
    rows.push(judge(`${bench.name}-${key}`, more, measured));
  }
  return rows;
}

function judge(name: string, { unit, goal }: Pick<Bench, "unit" | "goal">, { value, reference }: Measured): BenchRow {
  const ratio = value / reference;
  const judged = goal.of === "value" ? value : ratio;
  return {
    name,
    value: round(value),
    unit,
    reference: round(reference),
    ratio: round(ratio),
    goal: `${goal.bound === "at least" ? "≥" : "≤"} ${goal.number}${goal.of === "ratio" ? " × reference" : ` ${unit}`}`,
    met: goal.bound === "at least" ? judged >= goal.number : judged <= goal.number,
  };
}

/** Four digits that matter; more would pretend. */
function round(number: number): number {
  return Number(number.toPrecision(4));
}

/** The value below which this share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (at === undefined) throw new Error("There is no quantile of nothing.");
  return at;
}
