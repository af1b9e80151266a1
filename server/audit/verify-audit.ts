import { auditChain } from "../store/postgres/audit.ts";
import type { Asking } from "../store/postgres.ts";
import { chainHash, GENESIS } from "./chain.ts";

export type AuditVerdict =
  | { intact: true; entries: number; head: string }
  | { intact: false; entries: number; brokenAt: number; reason: string };

const STRETCH = 1000;

/** Recomputes the whole chain from its first entry and names the first that does not follow; reads a stretch at a time. */
export async function verifyAudit(store: Asking): Promise<AuditVerdict> {
  let entries = 0;
  let hash = GENESIS;
  for (;;) {
    const stretch = await store.ask(auditChain, { after: entries, limit: STRETCH });
    for (const link of stretch) {
      const broken = (reason: string) => ({ intact: false as const, entries, brokenAt: entries + 1, reason });
      if (link.sequence !== entries + 1) return broken(`Entry ${entries + 1} is missing.`);
      if (link.previousHash !== hash) return broken(`Entry ${link.sequence} does not follow the one before it.`);
      if (chainHash(hash, link.body) !== link.hash) return broken(`Entry ${link.sequence} was changed.`);
      if (Number((JSON.parse(link.body) as { sequence: unknown }).sequence) !== link.sequence) {
        return broken(`Entry ${link.sequence} was moved.`);
      }
      hash = link.hash;
      entries = link.sequence;
    }
    if (stretch.length < STRETCH) return { intact: true, entries, head: hash };
  }
}
