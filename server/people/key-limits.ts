import type { Actor } from "../context.ts";

/** Whether an actor may send events of a namespace: named whole, or up to a `*`. */
export function mayName(actor: Pick<Actor, "namespaces">, namespace: string): boolean {
  if (!actor.namespaces) return true;
  return actor.namespaces.some((allowed) =>
    allowed.endsWith("*") ? namespace.startsWith(allowed.slice(0, -1)) : namespace === allowed,
  );
}
