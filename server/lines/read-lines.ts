import { rm } from "node:fs/promises";
import { v7 as uuidv7 } from "uuid";
import { Fault } from "../fault.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { forgetLoad, lineSums } from "../store/clickhouse/line-extracts.ts";
import { linesInsert } from "../store/clickhouse/lines-load.ts";
import { amountPattern, isPlain } from "./amount-text.ts";
import type { Declaration } from "./declaration.ts";
import { examineRows, type Flaw } from "./examine-rows.ts";
import type { ReadLines } from "./hold-against.ts";
import { headerFlaw } from "./header-flaw.ts";

/** Rows named one by one; a file with more of them is refused whole. */
export const MOST_FLAWS = 1_000;

export const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

export interface LinesRead extends ReadLines {
  load: string;
  named: Flaw[];
  /** Why nothing of the file can be used; empty where it can. */
  refusal: string;
}

/**
 * Has the engine read a file into `lines`. Where it refuses, the file is read row by row: rows that cannot be read exactly
 * are named and set aside, and the engine reads the others. A reading that fails leaves nothing behind.
 * @throws {Fault} `store-unavailable` when the engine does not answer
 */
export async function readLines(clickhouse: ClickHouse, path: string, declaration: Declaration): Promise<LinesRead> {
  const { format, layout } = declaration;
  const header = format === "csv" ? await headerFlaw(path, layout) : null;
  if (header) return refused(header);
  const whole = await engineReads(clickhouse, path, declaration);
  if ("load" in whole) return { ...(await countLines(clickhouse, whole.load)), flaws: 0, named: [], refusal: "" };
  if (format === "parquet") return refused(`The file cannot be read: ${whole.complaint}`);
  const cleanPath = `${path}.clean`;
  try {
    const { flaws, rows, tooMany } = await examineRows({
      ...{ path, format, layout, currencies: CURRENCIES, cleanPath, mostFlaws: MOST_FLAWS },
    });
    const first = flaws[0] ? ` Row ${flaws[0].row}: ${flaws[0].reason}` : "";
    if (tooMany) return refused(`More than ${MOST_FLAWS} rows cannot be read.${first}`, flaws);
    if (flaws.length > 0 && flaws.length === rows) return refused(`No row can be read.${first}`, flaws);
    const rest = await engineReads(clickhouse, cleanPath, declaration);
    if (!("load" in rest)) return refused(`The file cannot be read: ${rest.complaint}`, flaws);
    return { ...(await countLines(clickhouse, rest.load)), flaws: flaws.length, named: flaws, refusal: "" };
  } finally {
    await rm(cleanPath, { force: true });
  }
}

function refused(refusal: string, named: Flaw[] = []): LinesRead {
  return { load: uuidv7(), rows: 0, sums: [], flaws: named.length, named, refusal };
}

async function countLines(clickhouse: ClickHouse, load: string) {
  const sums = await clickhouse.ask(lineSums, { load });
  return { load, sums, rows: sums.reduce((rows, { lines }) => rows + lines, 0) };
}

async function engineReads(
  clickhouse: ClickHouse,
  path: string,
  { format, layout }: Declaration,
): Promise<{ load: string } | { complaint: string }> {
  const load = uuidv7();
  try {
    await clickhouse.insertFile(
      linesInsert({
        ...{ load, path, format, layout, currencies: [...CURRENCIES] },
        amountPattern: amountPattern(layout),
        plainAmounts: isPlain(layout),
      }),
    );
    return { load };
  } catch (error) {
    if (!(await clickhouse.ping()))
      throw new Fault("store-unavailable", "The store of lines does not answer right now.");
    await forgetLoad(clickhouse, load);
    return { complaint: firstSentence((error as Error).message) };
  }
}

/** What the engine says first; what follows names files and columns of its own. */
function firstSentence(message: string): string {
  const text = message.replace(/^Code: \d+\. DB::Exception: /, "");
  return `${text.split(/[:\n]|\. /)[0]?.slice(0, 200) ?? ""}.`;
}
