import type { AuditEntry, AuditKey, AuditPage, AuditProven } from "../../schemas/wire/audit.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import {
  auditCheckpoints,
  auditEntry,
  auditKeys,
  auditPage,
  auditSize,
  type KeptEntry,
} from "../store/postgres/audit.ts";
import type { Asking } from "../store/postgres.ts";
import { inclusionProof } from "./proofs.ts";

export interface LogFilter {
  before?: number | undefined;
  limit: number;
  actor?: string | undefined;
  action?: string | undefined;
  subject?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  text?: string | undefined;
}

/** Entries newest first. Who is confined to some entities does not see entries that name another. */
export async function readLog(store: Asking, actor: Pick<Actor, "entities">, filter: LogFilter): Promise<AuditPage> {
  const kept = await store.ask(auditPage, {
    before: filter.before ?? null,
    limit: filter.limit,
    actor: filter.actor ?? null,
    action: filter.action ?? null,
    subject: filter.subject ?? null,
    from: filter.from ?? null,
    to: filter.to ?? null,
    text: filter.text ?? null,
    entities: actor.entities === "all" ? null : [...actor.entities],
  });
  return { entries: kept.map(entryOf), next: kept.length === filter.limit ? (kept.at(-1)?.sequence ?? null) : null };
}

/** One entry with the text that was hashed and its proof: against the latest checkpoint, or the log as it is. */
export async function provenEntry(
  store: Asking,
  actor: Pick<Actor, "entities">,
  sequence: number,
): Promise<AuditProven> {
  const [kept] = await store.ask(auditEntry, { sequence });
  const entry = kept && entryOf(kept);
  const entity = entry?.detail.entity;
  const hidden = typeof entity === "string" && actor.entities !== "all" && !actor.entities.includes(entity);
  if (!entry || hidden) throw new Fault("not-found", `There is no entry ${sequence}.`);
  const [last] = await store.ask(auditCheckpoints, { before: null, limit: 1 });
  const checkpoint = last && last.size >= sequence ? last : null;
  const [log] = await store.ask(auditSize, {});
  const proof = await inclusionProof(store, sequence, checkpoint?.size ?? log!.size);
  return { entry, text: kept.body, proof, checkpoint };
}

/** Keys oldest first, each with the sizes it spoke for. */
export async function keysOfLog(store: Asking): Promise<AuditKey[]> {
  const keys = await store.ask(auditKeys, {});
  return keys.map((key, at) => ({ ...key, toSize: keys[at + 1]?.fromSize ?? null }));
}

function entryOf({ body, nodes }: KeptEntry): AuditEntry {
  return { ...(JSON.parse(body) as Omit<AuditEntry, "leaf">), leaf: nodes[0]! };
}
