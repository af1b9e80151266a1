import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import pLimit from "p-limit";
import { v7 as uuidv7 } from "uuid";
import type { LineExtract } from "../../schemas/wire/lines.ts";
import { record } from "../audit/record.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { mayName } from "../people/key-limits.ts";
import { demand } from "../people/permit.ts";
import { totalsOfRun } from "../store/clickhouse/figures.ts";
import { forgetLoad, lineExtractsById, sameExtract } from "../store/clickhouse/line-extracts.ts";
import { Declaration } from "./declaration.ts";
import { recordExtract } from "./record-extract.ts";
import { extractRow } from "./extract-rows.ts";
import { holdAgainst } from "./hold-against.ts";
import { readLines } from "./read-lines.ts";
import { spool, type Spooled } from "./spool.ts";

/** Largest file in bytes, also after inflating. */
const MOST_BYTES = 16 * 1024 ** 3;

/** Files are read one after the other: each may take the engine's whole allowance of memory. */
const reading = pLimit(1);

/**
 * Takes in a file of lines: written to disk, held against what was declared, read by the engine, recorded. The same file
 * for the same run changes nothing and answers with the load there is. What is not as declared is quarantined whole, with
 * its reason; rows that cannot be read are kept beside the others.
 */
export async function handInLines(
  ctx: Context,
  actor: Actor,
  declaration: Declaration,
  file: SentFile,
): Promise<{ extract: LineExtract; again: boolean }> {
  demand(actor, "lines:write");
  checkPlace(ctx, actor, declaration);
  return spooled(ctx, file, declaration, (sent) => takeIn(ctx, actor, declaration, sent, {}));
}

/**
 * Takes in a corrected file in place of one that was refused or had rows set aside: the same place, run and layout. What
 * was declared of the other's content does not hold for it. Refused again, it is a quarantined file of its own.
 * @throws {Fault} `not-found` for a file not in the actor's sight, `conflict` for one of which nothing was refused
 */
export async function resubmitLines(
  ctx: Context,
  actor: Actor,
  { id, reason }: { id: string; reason: string },
  file: SentFile,
): Promise<{ extract: LineExtract; again: boolean }> {
  demand(actor, "quarantine:resubmit");
  const [row] = await ctx.clickhouse.ask(lineExtractsById, { ids: [id] });
  if (!row || !inScope(actor, row.entity)) throw new Fault("not-found", `There is no extract ${id} for you to see.`);
  if (row.state === "loaded")
    throw new Fault("conflict", "Every row of this file was read; there is nothing to correct.");
  const { dataset, entity, period, version, runId, asOf, part, parts, format } = row;
  const declaration = Declaration.parse({
    ...{ dataset, entity, period, version, runId, asOf, part, parts, format },
    layout: JSON.parse(row.layout) as unknown,
  });
  return spooled(ctx, file, declaration, (sent) => takeIn(ctx, actor, declaration, sent, { corrects: id, reason }));
}

interface SentFile {
  source: Readable;
  gzip: boolean;
}

/** Has a file written to disk for as long as it is being read. */
async function spooled<T>(
  ctx: Context,
  file: SentFile,
  { layout }: Declaration,
  read: (sent: Spooled) => Promise<T>,
): Promise<T> {
  const incoming = join(ctx.linesDirectory, "incoming");
  await mkdir(incoming, { recursive: true });
  const path = join(incoming, uuidv7());
  try {
    const how = { path, gzip: file.gzip, encoding: layout.encoding, maxBytes: MOST_BYTES };
    const sent = await spool(file.source, how);
    return await reading(() => read(sent));
  } finally {
    await rm(path, { force: true });
  }
}

function checkPlace({ estate }: Context, actor: Actor, { dataset, entity, part, parts }: Declaration): void {
  const declared = estate.datasets.find(({ id }) => id === dataset);
  if (!declared) throw new Fault("invalid-input", `The estate has no dataset ${dataset}.`, { pointer: "/dataset" });
  const { namespace } = estate.systems.find(({ id }) => id === declared.system) ?? { namespace: "" };
  if (!mayName(actor, namespace))
    throw new Fault("not-permitted", `The key “${actor.name}” may not hand in lines of ${namespace}.`);
  if (!estate.entities.some(({ id }) => id === entity) || !inScope(actor, entity))
    throw new Fault("invalid-input", `There is no entity ${entity} for you to hand lines in for.`, {
      pointer: "/entity",
    });
  if (part > parts) throw new Fault("invalid-input", `Part ${part} of ${parts} cannot be.`, { pointer: "/part" });
}

async function takeIn(
  ctx: Context,
  actor: Actor,
  declaration: Declaration,
  sent: Spooled,
  correction: { corrects?: string; reason?: string },
): Promise<{ extract: LineExtract; again: boolean }> {
  const layout = JSON.stringify(declaration.layout);
  const [same] = await ctx.clickhouse.ask(sameExtract, { ...declaration, sha256: sent.sha256, layout });
  if (same) return { extract: extractRow(ctx, same), again: true };
  const { sha256 } = declaration;
  const isOther = sha256 !== undefined && sha256 !== sent.sha256;
  const off = isOther ? `The file's SHA-256 is ${sent.sha256}, ${sha256} was declared; it may be cut short.` : "";
  const read = off ? null : await readLines(ctx.clickhouse, sent.path, declaration);
  const held =
    read && !read.refusal ? holdAgainst(read, { ...declaration, totals: await totalsSaid(ctx, declaration) }) : null;
  const refusal = off || read?.refusal || held?.mismatch || "";
  const load = read?.load ?? uuidv7();
  if (refusal) {
    await forgetLoad(ctx.clickhouse, load);
    const kept = join(ctx.linesDirectory, "quarantined");
    await mkdir(kept, { recursive: true });
    await rename(sent.path, join(kept, `${load}.${declaration.format}`));
  }
  const row = await recordExtract(ctx, {
    ...{ load, declaration, layout, sha256: sent.sha256, refusal, actor },
    ...{ rows: refusal ? 0 : (read?.rows ?? 0), named: read?.named ?? [], sums: refusal ? [] : (read?.sums ?? []) },
    verified: [...(sha256 === undefined || isOther ? [] : ["checksum"]), ...(held?.verified ?? [])],
  });
  const { dataset, entity, period, version, runId, part } = declaration;
  await ctx.postgres.transaction((tx) =>
    record(tx, {
      ...{ at: ctx.clock.now(), actor, action: "lines.hand-in", subject: `lines:${load}` },
      detail: { dataset, entity, period, version, runId, part, sha256: sent.sha256, state: row.state, ...correction },
    }),
  );
  return { extract: extractRow(ctx, row), again: false };
}

/** The latest report of the run itself on what the file is of. */
async function totalsSaid({ clickhouse, estate }: Context, declaration: Declaration) {
  const { namespace, name } = indexOf(estate).name(declaration.dataset);
  const totals = (await clickhouse.ask(totalsOfRun, { runId: declaration.runId })).filter(
    (total) =>
      total.namespace === namespace &&
      total.name === name &&
      (["entity", "period", "version"] as const).every((place) => total[place] === declaration[place]),
  );
  return totals.filter(({ asOf }) => asOf === totals[0]?.asOf);
}
