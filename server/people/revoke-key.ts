import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { markKeyRevoked, type ApiKey } from "../store/postgres/api-keys.ts";
import type { KeyRing } from "./key-ring.ts";

/** Ends a key at once. */
export async function revokeKey(ctx: Context, keys: KeyRing, actor: Actor, id: string): Promise<ApiKey> {
  const row = await ctx.postgres.transaction(async (tx) => {
    const [revoked] = await tx.ask(markKeyRevoked, { id, at: new Date().toISOString(), by: actor.name });
    if (!revoked) throw new Fault("not-found", "There is no such key, or it is revoked already.");
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "key.revoke",
      subject: `key:${id}`,
      detail: { name: revoked.name },
    });
    return revoked;
  });
  keys.forget();
  ctx.dismiss(id);
  return row;
}
