import type { Actor, Context } from "../context.ts";
import { inOrder, LINE_EXTRACTS, LINE_FLAWS } from "../store/clickhouse/lines-load.ts";
import type { ExtractRow } from "../store/clickhouse/line-extracts.ts";
import type { Declaration } from "./declaration.ts";
import type { Flaw } from "./examine-rows.ts";

export interface TakenIn {
  load: string;
  declaration: Declaration;
  /** The layout as JSON. */
  layout: string;
  sha256: string;
  /** Why it is quarantined; empty where it is not. */
  refusal: string;
  actor: Actor;
  rows: number;
  named: readonly Flaw[];
  sums: readonly { currency: string; net: string }[];
  verified: string[];
}

/** Writes what came of a file; only with this its lines count. */
export async function recordExtract(ctx: Context, taken: TakenIn): Promise<ExtractRow> {
  const { declaration, load, named, refusal } = taken;
  const receivedAt = ctx.clock.now().toISOString();
  const { dataset, entity, period, version, runId, part, parts, format, layout } = declaration;
  const row: ExtractRow = {
    ...{ id: load, dataset, entity, period, version, runId, part, parts, format, sha256: taken.sha256 },
    ...{ asOf: declaration.asOf ?? receivedAt, receivedAt, receivedFrom: `${taken.actor.kind}:${taken.actor.name}` },
    state: refusal ? "quarantined" : named.length > 0 ? "flawed" : "loaded",
    reason: refusal || reasonOf(named),
    ...{ rows: taken.rows, flaws: named.length },
    sums: taken.sums.map(({ currency, net }) => ({ currency, amount: net })),
    keyColumns: inOrder(layout.key).map(([name]) => name),
    dimensions: inOrder(layout.dimensions).map(([name]) => name),
    ...{ verified: taken.verified, layout: taken.layout },
  };
  if (named.length > 0) {
    const lines = named.map(({ fields, ...flaw }) => JSON.stringify({ load, ...flaw, fields: JSON.stringify(fields) }));
    await ctx.clickhouse.insertLines(LINE_FLAWS, lines.join("\n"));
  }
  const { id, runId: run_id, asOf: as_of, receivedAt: received_at, receivedFrom: received_from, ...same } = row;
  const { keyColumns: key_columns, ...rest } = same;
  const stored = { load: id, run_id, as_of, received_at, received_from, key_columns, ...rest };
  await ctx.clickhouse.insertLines(LINE_EXTRACTS, JSON.stringify(stored));
  return row;
}

function reasonOf(named: readonly Flaw[]): string {
  const [first] = named;
  if (!first) return "";
  const rows = named.length === 1 ? "1 row cannot" : `${named.length} rows cannot`;
  return `${rows} be read. Row ${first.row}: ${first.reason}`;
}
