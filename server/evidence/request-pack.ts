import { v7 as uuidv7 } from "uuid";
import type { EvidencePack } from "../../schemas/wire/evidence.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { demand } from "../people/permit.ts";
import { insertPack } from "../store/postgres/evidence-packs.ts";
import { evidencePack } from "./pack-rows.ts";
import { previewPack } from "./preview-pack.ts";
import type { EvidenceAsked } from "./scope.ts";

/** Asks for a pack; it is built by a task, and what it may hold is decided by who asked, as they are now. */
export async function requestPack(
  ctx: Context,
  actor: Actor,
  { reason, ...asked }: EvidenceAsked & { reason: string },
): Promise<EvidencePack> {
  demand(actor, "evidence:build");
  const { title, scope, parts } = await previewPack(ctx, actor, asked);
  const { kind, id: by, name, role, scopes } = actor;
  const at = ctx.clock.now();
  const id = uuidv7();
  return ctx.postgres.transaction(async (tx) => {
    const [row] = await tx.ask(insertPack, {
      ...{ id, title, scope: JSON.stringify(scope), entities: scope.entities, reason, step: "Waiting" },
      requester: JSON.stringify({ kind, id: by, name, role, scopes }),
      requestedAt: at.toISOString(),
      rowsExpected: parts.reduce((sum, { rows }) => sum + rows, 0),
    });
    await ctx.enqueue("evidence.build", { id }, { key: id, tx });
    await record(tx, {
      at,
      actor,
      action: "evidence.request",
      subject: `evidence:${id}`,
      detail: { title, scope, reason },
    });
    return evidencePack(row!);
  });
}
