import { createReadStream } from "node:fs";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import * as z from "zod";
import { LinesFacet, PositionFacet } from "../../schemas/event/facets.ts";
import type { DatasetRef } from "../../schemas/event/open-lineage.ts";
import { readEvent } from "../../schemas/event/read-event.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import type { IncomingRow } from "../ingest/incoming-row.ts";
import { Declaration } from "./declaration.ts";
import { handInLines } from "./hand-in-lines.ts";

/** Lines a run told of: below the watched folder, or in the event itself. */
export const ReferencedLines = z.object({
  declaration: Declaration,
  from: z.union([z.object({ location: z.string() }), z.object({ lines: z.array(z.record(z.string(), z.unknown())) })]),
});
export type ReferencedLines = z.infer<typeof ReferencedLines>;

const TASK = "lines.fetch";

/** Has the lines that durable events refer to fetched. Events that refer to none cost a search of their text. */
export function fetchReferenced(ctx: Context, rows: readonly IncomingRow[]): void {
  for (const row of rows) {
    if (!row.raw.includes('"tieout_lines"')) continue;
    for (const referenced of referencedBy(ctx, row)) {
      const key = `${row.eventId}:${referenced.declaration.dataset}`;
      ctx.enqueue(TASK, referenced, { key }).catch((error: unknown) => {
        ctx.log.error({ err: error, event: row.eventId }, "lines an event refers to could not be asked for");
      });
    }
  }
}

/** What an event says of lines, for datasets and entities the estate has; what does not fit is told in the log. */
export function referencedBy(ctx: Pick<Context, "estate" | "log">, row: IncomingRow): ReferencedLines[] {
  const reading = readEvent(JSON.parse(row.raw));
  if (!reading.ok || reading.lineage.kind === "job") return [];
  const { lineage } = reading;
  const datasets: DatasetRef[] = lineage.kind === "run" ? lineage.event.outputs : [lineage.event.dataset];
  return datasets.flatMap((dataset) => {
    const facet = LinesFacet.safeParse(facetOf(dataset, "tieout_lines")).data;
    const declared = indexOf(ctx.estate).datasetNamed(dataset);
    if (!facet || !declared) return [];
    const positions = PositionFacet.safeParse(facetOf(dataset, "tieout_position")).data?.positions ?? [];
    const fits = positions.filter(
      ({ entity, period }) => (facet.entity ?? entity) === entity && (facet.period ?? period) === period,
    );
    const { format, location, lines, rowCount, sha256, layout, part, parts } = facet;
    const said = Declaration.safeParse({
      ...{ dataset: declared.id, runId: row.runId || row.eventId, rowCount, sha256, layout, part, parts },
      ...{ entity: fits[0]?.entity, period: fits[0]?.period, version: fits[0]?.version },
      ...{ asOf: fits[0]?.snapshotAsOf ?? row.eventTime, format: format === "inline" ? "ndjson" : format },
    });
    const from = format === "inline" ? lines && { lines } : location && { location };
    if (said.success && from && fits.length === 1) return [{ declaration: said.data, from }];
    ctx.log.warn(
      { event: row.eventId, dataset: declared.id },
      "lines an event refers to cannot be told apart; left out",
    );
    return [];
  });
}

const RUN: Actor = {
  ...{ kind: "rule", id: "lines", name: "A run's own reference", role: null, entities: "all" },
  scopes: ["lines:write"],
};

/**
 * Takes in what an event referred to. A file that is not there yet fails, so that it is looked for again; a location
 * outside the watched folder never is.
 */
export async function takeInReferenced(ctx: Context, { declaration, from }: ReferencedLines): Promise<void> {
  const about = { dataset: declaration.dataset, entity: declaration.entity, run: declaration.runId };
  let source: Readable;
  if ("lines" in from)
    source = Readable.from(
      from.lines.map((line) => `${JSON.stringify(line)}\n`),
      { objectMode: false },
    );
  else {
    const path = await pathBelow(join(ctx.linesDirectory, "inbox"), from.location);
    if (path === null) {
      ctx.log.warn({ ...about, location: from.location }, "lines are referred to outside the watched folder; left out");
      return;
    }
    source = createReadStream(path);
  }
  const { extract } = await handInLines(ctx, RUN, declaration, {
    source,
    gzip: "location" in from && from.location.endsWith(".gz"),
  });
  ctx.log.info({ ...about, extract: extract.id, state: extract.state, reason: extract.reason }, "lines were taken in");
}

/** The real path of a location below a folder; null for one that leads out of it. Throws where there is no such file. */
export async function pathBelow(folder: string, location: string): Promise<string | null> {
  if (isAbsolute(location) || /^[a-z][a-z\d+.-]*:/i.test(location)) return null;
  const inside = (path: string, root: string) => path.startsWith(`${root}${sep}`);
  const path = resolve(folder, location);
  if (!inside(path, resolve(folder))) return null;
  const real = await realpath(path);
  return inside(real, await realpath(folder)) ? real : null;
}

function facetOf(dataset: DatasetRef, key: string): unknown {
  return dataset.outputFacets?.[key] ?? dataset.facets?.[key];
}
