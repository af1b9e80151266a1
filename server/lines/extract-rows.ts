import type { LineExtract, LineExtractDetail, RefusedExtractPage } from "../../schemas/wire/lines.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import {
  lineExtracts,
  lineExtractsById,
  lineFlaws,
  refusedExtracts,
  type ExtractRow,
} from "../store/clickhouse/line-extracts.ts";

/** A load as doors tell of it. */
export function extractRow({ estate }: Pick<Context, "estate">, row: ExtractRow): LineExtract {
  const { asOf: _asOf, receivedFrom: _from, layout: _layout, ...told } = row;
  return { ...told, datasetTitle: titleOf(estate, row.dataset) };
}

/** A dataset's title; its id for one the estate no longer declares. */
export function titleOf(estate: Context["estate"], dataset: string): string {
  return estate.datasets.some(({ id }) => id === dataset) ? indexOf(estate).dataset(dataset).title : dataset;
}

export interface ExtractFilter {
  dataset?: string | undefined;
  entity?: string | undefined;
  period?: string | undefined;
  version?: string | undefined;
  limit: number;
}

/** Loads in an actor's scope, newest first. */
export async function extractPage(ctx: Context, actor: Actor, filter: ExtractFilter) {
  const { dataset = "", entity, period = "", version = "", limit } = filter;
  if (entity && !inScope(actor, entity)) throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
  const rows = await ctx.clickhouse.ask(lineExtracts, {
    ...{ dataset, period, version, limit: limit + 1 },
    entities: entity ? [entity] : actor.entities === "all" ? [] : [...actor.entities],
    allEntities: !entity && actor.entities === "all",
  });
  return { extracts: rows.slice(0, limit).map((row) => extractRow(ctx, row)), more: rows.length > limit };
}

/** One load with the rows that could not be read. */
export async function extractDetail(ctx: Context, actor: Actor, id: string, limit: number): Promise<LineExtractDetail> {
  const [row] = await ctx.clickhouse.ask(lineExtractsById, { ids: [id] });
  if (!row || !inScope(actor, row.entity) || !inPeriods(actor, row.period))
    throw new Fault("not-found", `There is no extract ${id} for you to see.`);
  const flaws = await ctx.clickhouse.ask(lineFlaws, { load: row.id, limit: limit + 1 });
  return { extract: extractRow(ctx, row), flaws: flaws.slice(0, limit), more: flaws.length > limit };
}

/** Loads of which something could not be used, newest first. */
export async function refusedPage(
  ctx: Context,
  actor: Actor,
  { openOnly, limit }: { openOnly: boolean; limit: number },
): Promise<RefusedExtractPage> {
  const rows = await ctx.clickhouse.ask(refusedExtracts, {
    entities: actor.entities === "all" ? [] : [...actor.entities],
    ...{ allEntities: actor.entities === "all", openOnly, limit: limit + 1 },
  });
  const extracts = rows.slice(0, limit).map(({ supersededBy, ...row }) => ({
    ...extractRow(ctx, row),
    supersededBy: supersededBy || null,
  }));
  return { extracts, more: rows.length > limit };
}
