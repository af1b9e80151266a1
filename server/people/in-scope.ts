import type { Actor } from "../context.ts";

/** Whether an entity is among those an actor may see and act on. */
export function inScope(actor: Pick<Actor, "entities">, entity: string): boolean {
  return actor.entities === "all" || actor.entities.includes(entity);
}
