import { VendorError, type Tools } from "../collector.ts";
import type { AnaplanClient } from "./client.ts";
import type { AuditEntry } from "./vendor.ts";

/** Where reading the audit trail stands: the newest entry seen, and those near it. */
export interface AuditMark {
  through: number;
  seen: string[];
}

/** Entries appear late; so many milliseconds are read again. */
const OVERLAP = 30 * 60_000;
/** Anaplan refuses spans of more than thirty days. */
const MOST = 29 * 86_400_000;

export interface Audited {
  /** Whether an entry since the last reading names a process, by its id or its name. */
  names(process: { id: string; name: string }): boolean;
  mark: AuditMark;
}

/**
 * What the audit trail says ran since it was last read, so that processes are asked for tasks nobody logged when there
 * are some, and not by turns. Null where the trail may not be read; reading goes on without it.
 */
export async function readAudit(
  client: AnaplanClient,
  mark: AuditMark | undefined,
  log: Tools["log"],
): Promise<Audited | null> {
  const now = client.vendorNow().getTime();
  const from = Math.max(now - MOST, (mark?.through ?? now - OVERLAP) - OVERLAP);
  let entries: readonly AuditEntry[];
  try {
    entries = await client.audit(from, now);
  } catch (error) {
    if (!(error instanceof VendorError) || (error.code !== "forbidden" && error.code !== "refused")) throw error;
    log.warn({ reason: error.message }, "the audit trail may not be read");
    return null;
  }
  const seen = new Set(mark?.seen);
  const named = new Set(entries.filter(({ id }) => !seen.has(id)).flatMap(textsIn));
  const through = Math.max(mark?.through ?? 0, ...entries.map(({ eventDate }) => eventDate));
  const near = entries.filter(({ eventDate }) => eventDate >= through - 2 * OVERLAP).map(({ id }) => id);
  return {
    names: ({ id, name }) => named.has(id) || named.has(name),
    mark: { through: through || now, seen: near },
  };
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return value && typeof value === "object" ? Object.values(value).flatMap(textsIn) : [];
}
