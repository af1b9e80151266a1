import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { record } from "../audit/record.ts";
import type { Actor, Context, Scope } from "../context.ts";
import { Fault } from "../fault.ts";
import { insertKey, type ApiKey } from "../store/postgres/api-keys.ts";
import { togetherWrong } from "./duties-apart.ts";
import { sha256Of } from "./key-ring.ts";

const HINT_LENGTH = 10;

/** Makes an API key. The key itself is in this answer and nowhere else. */
export async function createKey(
  ctx: Context,
  actor: Actor,
  asked: { name: string; scopes: readonly Scope[]; expiresAt: string | null },
): Promise<{ key: string; row: ApiKey }> {
  // People who manage keys answer for them by name; a key must not mint a stronger one.
  const beyond = actor.kind === "key" ? asked.scopes.filter((scope) => !actor.scopes.includes(scope)) : [];
  if (beyond.length > 0) {
    throw new Fault("not-permitted", `A key cannot give what it does not have: ${beyond.join(", ")}.`);
  }
  const wrong = togetherWrong(asked.scopes);
  if (wrong) {
    throw new Fault("invalid-input", `No key may hold ${wrong.join(" and ")} together; make two.`, {
      pointer: "/scopes",
    });
  }
  if (asked.expiresAt && Date.parse(asked.expiresAt) <= Date.now()) {
    throw new Fault("invalid-input", "expiresAt is in the past.", { pointer: "/expiresAt" });
  }
  const key = `tok_${randomBytes(32).toString("base64url")}`;
  const row = await ctx.postgres.transaction(async (tx) => {
    const [made] = await tx.ask(insertKey, {
      id: uuidv7(),
      name: asked.name,
      hint: key.slice(0, HINT_LENGTH),
      sha256: sha256Of(key).toString("hex"),
      scopes: [...asked.scopes],
      createdBy: actor.name,
      createdAt: new Date().toISOString(),
      expiresAt: asked.expiresAt,
    });
    const stored = made as ApiKey;
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "key.create",
      subject: `key:${stored.id}`,
      detail: { name: stored.name, scopes: stored.scopes, expiresAt: stored.expiresAt },
    });
    return stored;
  });
  return { key, row };
}
