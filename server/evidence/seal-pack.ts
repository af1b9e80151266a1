import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { join } from "node:path";
import { signCheckpoint } from "../audit/checkpoint.ts";
import { consistencyProof, inclusionProofs } from "../audit/proofs.ts";
import { keysOfLog } from "../audit/read-log.ts";
import { record } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { auditCheckpoints, auditEntry, auditSize } from "../store/postgres/audit.ts";
import type { PackRow } from "../store/postgres/evidence-packs.ts";
import { linesOf } from "./lines-of.ts";

/** Earlier checkpoints a pack brings, latest first. */
const CHECKPOINTS = 1000;
/** Entries proven with one question. */
const AT_ONCE = 500;

interface Sealing {
  pack: PackRow;
  folder: string;
  /** SHA-256 of the manifest as written. */
  manifest: string;
  rows: number;
  /** The file of the log's entries, where the pack has it. */
  entries: string | null;
}

/**
 * Puts the manifest's hash into the audit log, signs the log, and writes beside the manifest what proves that it stands there:
 * the entry, its path, the checkpoint, the keys; a proof for each entry the pack brings, and earlier checkpoints with theirs.
 * Answers the number of the sealing entry.
 */
export async function sealPack(ctx: Context, { pack, folder, manifest, rows, entries }: Sealing): Promise<number> {
  const { postgres } = ctx;
  const sequence = await postgres.transaction(async (tx) => {
    const detail = { title: pack.title, manifest, rows, scope: pack.scope };
    const what = { action: "evidence.seal", subject: `evidence:${pack.id}`, detail };
    await record(tx, { at: ctx.clock.now(), actor: pack.requester, ...what });
    const [{ size } = { size: 0 }] = await tx.ask(auditSize, {});
    return size;
  });
  const checkpoint = await signCheckpoint(postgres, ctx.audit.keyFile);
  const [entry] = await postgres.ask(auditEntry, { sequence });
  const [proof] = await inclusionProofs(postgres, [sequence], checkpoint.size);
  const keys = await keysOfLog(postgres);
  const seal = {
    format: "tieout-evidence-seal/1",
    entry: { sequence, text: entry!.body },
    path: proof!.path,
    checkpoint: checkpoint.note,
    keys: keys.map(({ key, since, fromSize, endorsement }) => ({ key, since, fromSize, endorsement })),
  };
  writeFileSync(join(folder, "seal.json"), `${JSON.stringify(seal, null, 2)}\n`);
  mkdirSync(join(folder, "log"), { recursive: true });
  if (entries) await proveEntries(ctx, join(folder, entries), join(folder, "log/proofs.ndjson"), checkpoint.size);
  await writeCheckpoints(ctx, join(folder, "log/checkpoints.ndjson"), checkpoint.size);
  return sequence;
}

async function proveEntries({ postgres }: Context, from: string, to: string, size: number): Promise<void> {
  const out = createWriteStream(to);
  let some: number[] = [];
  const prove = async () => {
    const lines = (await inclusionProofs(postgres, some, size)).map(
      ({ sequence, path }) => `${JSON.stringify({ sequence, path })}\n`,
    );
    some = [];
    if (!out.write(lines.join(""))) await once(out, "drain");
  };
  for await (const line of linesOf(from)) {
    some.push((JSON.parse(line) as { sequence: number }).sequence);
    if (some.length === AT_ONCE) await prove();
  }
  if (some.length > 0) await prove();
  out.end();
  await finished(out);
}

async function writeCheckpoints({ postgres }: Context, to: string, size: number): Promise<void> {
  const earlier = await postgres.ask(auditCheckpoints, { before: size, limit: CHECKPOINTS });
  const lines: string[] = [];
  for (const { size: first, note, signedAt } of earlier) {
    const { path } = await consistencyProof(postgres, first, size);
    lines.push(`${JSON.stringify({ size: first, note, signedAt, path })}\n`);
  }
  writeFileSync(to, lines.join(""));
}
