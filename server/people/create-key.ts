import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { record } from "../audit/record.ts";
import type { Actor, Context, Scope } from "../context.ts";
import { Fault } from "../fault.ts";
import { insertKey, type ApiKey } from "../store/postgres/api-keys.ts";
import { togetherWrong } from "./duties-apart.ts";
import { refuseUnknownEntities } from "./add-person.ts";
import { inScope } from "./in-scope.ts";
import { mayName } from "./key-limits.ts";
import { sha256Of } from "./key-ring.ts";

const HINT_LENGTH = 10;

/** A key's limits: `all`, or the entities it may read and speak of and the namespaces it may send events of. */
export interface NewKey {
  name: string;
  scopes: readonly Scope[];
  expiresAt: string | null;
  entities: "all" | readonly string[];
  namespaces: "all" | readonly string[];
}

/** Makes an API key. The key itself is in this answer and nowhere else. */
export async function createKey(ctx: Context, actor: Actor, asked: NewKey): Promise<{ key: string; row: ApiKey }> {
  // People who manage keys answer for them by name; a key must not mint a stronger one.
  const beyond = actor.kind === "key" ? asked.scopes.filter((scope) => !actor.scopes.includes(scope)) : [];
  if (beyond.length > 0) {
    throw new Fault("not-permitted", `A key cannot give what it does not have: ${beyond.join(", ")}.`);
  }
  refuseWider(actor, asked);
  refuseUnknownEntities(ctx.estate, asked.entities);
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
      entities: listed(asked.entities),
      namespaces: listed(asked.namespaces),
    });
    const stored = made as ApiKey;
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "key.create",
      subject: `key:${stored.id}`,
      detail: {
        ...{ name: stored.name, scopes: stored.scopes, expiresAt: stored.expiresAt },
        ...{ entities: stored.entities, namespaces: stored.namespaces },
      },
    });
    return stored;
  });
  return { key, row };
}

/** A key or person limited to some entities or namespaces makes no key for others. */
function refuseWider(actor: Actor, { entities, namespaces }: NewKey): void {
  const widerEntities = actor.entities !== "all" && (entities === "all" || !entities.every((id) => inScope(actor, id)));
  const widerNames = actor.namespaces && (namespaces === "all" || !namespaces.every((name) => mayName(actor, name)));
  if (!widerEntities && !widerNames) return;
  const what = widerEntities ? "entities" : "namespaces";
  throw new Fault("not-permitted", `A key cannot be for other ${what} than those of whoever makes it.`, {
    pointer: `/${what}`,
  });
}

function listed(limit: "all" | readonly string[]): string[] | null {
  return limit === "all" ? null : [...limit];
}
