import type { EvidencePreview } from "../../schemas/wire/evidence.ts";
import type { Actor, Context } from "../context.ts";
import { countRows } from "./part-rows.ts";
import { EVIDENCE_PARTS } from "./parts/index.ts";
import { scopeOf, titleOf, type EvidenceAsked } from "./scope.ts";

/** What a pack asked for now would hold: the rows of each part, and what the asker may not see. */
export async function previewPack(ctx: Context, actor: Actor, asked: EvidenceAsked): Promise<EvidencePreview> {
  const scope = scopeOf(ctx, actor, asked);
  const parts: EvidencePreview["parts"] = [];
  // One after the other: the embedded engines answer one question at a time.
  for (const part of EVIDENCE_PARTS) {
    const { name, title, about, needs } = part;
    const may = actor.scopes.includes(needs);
    const rows = may ? await countRows(ctx, part, scope) : 0;
    parts.push({ name, title, about, rows, leftOut: may ? null : `${actor.name} may not see this.` });
  }
  return { title: titleOf(ctx.estate, scope), scope, parts };
}
