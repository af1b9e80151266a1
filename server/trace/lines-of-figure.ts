import type { FigureStep, TracedLine } from "../../schemas/wire/trace.ts";
import type { LineExtract } from "../../schemas/wire/lines.ts";
import type { Context } from "../context.ts";
import { linesBehind, linesKeyed } from "../store/clickhouse/trace-lines.ts";

/** Lines shown of one figure; an extract has them all. */
const MOST_LINES = 200;
const SEPARATOR = "\u001f";

/** The lines behind a figure, the largest first, from the dataset nearest to the source that handed any in. */
export async function linesOfFigure(
  { clickhouse }: Pick<Context, "clickhouse">,
  steps: readonly FigureStep[],
  account: string,
): Promise<{ lines: TracedLine[]; more: boolean }> {
  const extracts = steps.find((step) => step.extracts.length > 0)?.extracts ?? [];
  const [first] = extracts;
  if (!first) return { lines: [], more: false };
  const loads = extracts.map(({ id }) => id);
  const column = (names: readonly string[]) => names.findIndex((name) => /^(gl_?)?account$/i.test(name)) + 1;
  const [inKey, inDimensions] = [column(first.keyColumns), column(first.dimensions)];
  const asked = { loads, value: account, limit: MOST_LINES + 1 };
  const rows =
    account !== "" && inKey > 0 && inDimensions === 0
      ? await clickhouse.ask(linesKeyed, { ...asked, at: inKey })
      : await clickhouse.ask(linesBehind, { ...asked, at: account === "" ? 0 : inDimensions });
  return { lines: tracedLines(rows.slice(0, MOST_LINES), extracts), more: rows.length > MOST_LINES };
}

interface StoredLine {
  load: string;
  key: string;
  amount: string;
  currency: string;
  dimensions: string;
}

/** Stored lines with the names of their columns. */
export function tracedLines(rows: readonly StoredLine[], extracts: readonly LineExtract[]): TracedLine[] {
  const byId = new Map(extracts.map((extract) => [extract.id, extract]));
  return rows.flatMap((row) => {
    const extract = byId.get(row.load);
    if (!extract) return [];
    const { dataset, datasetTitle, runId, entity, period, keyColumns, dimensions } = extract;
    return [
      {
        ...{ dataset, datasetTitle, runId, entity, period, extract: extract.id },
        key: named(keyColumns, row.key),
        ...{ amount: row.amount, currency: row.currency },
        dimensions: named(dimensions, row.dimensions),
      },
    ];
  });
}

function named(columns: readonly string[], joined: string): Record<string, string> {
  const values = columns.length > 0 ? joined.split(SEPARATOR) : [];
  return Object.fromEntries(columns.map((column, at) => [column, values[at] ?? ""]));
}
