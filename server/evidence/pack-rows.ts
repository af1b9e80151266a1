import type { EvidencePack } from "../../schemas/wire/evidence.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inPeriods } from "../people/in-periods.ts";
import { packById, packPage, type PackRow } from "../store/postgres/evidence-packs.ts";
import type { Asking } from "../store/postgres.ts";

/** A pack as it goes over the wire. */
export function evidencePack({ requester, ...row }: PackRow): EvidencePack {
  return { ...row, requestedBy: requester.name };
}

/** Packs in the actor's scope, newest first. */
export async function packsFor(
  store: Asking,
  actor: Pick<Actor, "entities" | "periods">,
  { before, limit }: { before: string | null; limit: number },
): Promise<{ packs: EvidencePack[]; next: string | null }> {
  const { entities } = actor;
  const rows = await store.ask(packPage, { before, limit, entities: entities === "all" ? null : [...entities] });
  const seen = rows.filter(({ scope }) => inPeriods(actor, scope.period));
  return { packs: seen.map(evidencePack), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
}

/**
 * A pack the actor may see: all its entities are in their scope.
 *
 * @throws {Fault} `not-found` alike for one that does not exist and one they may not see
 */
export async function packFor(store: Asking, actor: Pick<Actor, "entities" | "periods">, id: string): Promise<PackRow> {
  const [row] = await store.ask(packById, { id });
  const { entities } = actor;
  const seen = row && (entities === "all" || row.scope.entities?.every((entity) => entities.includes(entity)));
  if (!row || !seen || !inPeriods(actor, row.scope.period))
    throw new Fault("not-found", "There is no such evidence pack.");
  return row;
}
