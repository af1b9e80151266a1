import type { Actor } from "../context.ts";
import { appendAudit, lockAudit, openSubtrees } from "../store/postgres/audit.ts";
import type { Asking } from "../store/postgres.ts";
import { entryText } from "./entry-text.ts";
import { completedBy, leafHash } from "./merkle.ts";

/** What happened, in the words of the verb that did it. */
export interface AuditEntry {
  /** By the clock verdicts are judged by. */
  at: Date;
  actor: Pick<Actor, "kind" | "id" | "name" | "role">;
  /** `noun.verb`: `request.create`, `key.revoke`. */
  action: string;
  /** What it was done to, `kind:id`: `request:0199…`. */
  subject: string;
  /** JSON values only, nothing secret. */
  detail: Record<string, unknown>;
}

/** Stands for what Tieout does by itself. */
export const TIEOUT: AuditEntry["actor"] = { kind: "rule", id: "tieout", name: "Tieout", role: null };

/**
 * Appends an entry in the transaction of the change it tells of, so that there is never one without the other. Call it
 * last: it makes other appends wait until this transaction ends.
 */
export async function record(tx: Asking, entry: AuditEntry): Promise<void> {
  await tx.ask(lockAudit, {});
  const open = await tx.ask(openSubtrees, {});
  const sequence = (open.at(-1)?.sequence ?? 0) + 1;
  const { kind, id, name, role } = entry.actor;
  const body = entryText({
    sequence,
    at: entry.at.toISOString(),
    recordedAt: new Date().toISOString(),
    actor: { kind, id, name, role },
    action: entry.action,
    subject: entry.subject,
    detail: entry.detail,
  });
  const hashes = open.map(({ hash }) => hash);
  await tx.ask(appendAudit, { sequence, body, nodes: completedBy(sequence, leafHash(body), hashes) });
}
