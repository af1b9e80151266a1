import { createHash, timingSafeEqual } from "node:crypto";
import type { Logger } from "pino";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { keyBySha256, markKeyUsed, type ApiKey } from "../store/postgres/api-keys.ts";
import type { Postgres } from "../store/postgres.ts";
import { SCOPES } from "./permissions.ts";

/** How long a key read from the store is trusted. A key revoked through this process ends at once, elsewhere within this. */
const TRUST_MILLISECONDS = 1000;
/** "Last used" is told to the minute, so that a busy key does not write at every event. */
const USED_MILLISECONDS = 60_000;
const LEAST_ADMIN_KEY_LENGTH = 32;

export interface KeyRing {
  /** Who a key speaks for; a `bad-key` Fault when unknown, revoked or expired. */
  actorOf(key: string): Promise<Actor>;
  /** Forgets what was read, after a revocation. */
  forget(): void;
}

interface Read {
  key: ApiKey;
  readAt: number;
  usedAt: number;
}

/** `adminKey` comes from TIEOUT_ADMIN_KEY; it has every scope and is neither kept nor logged. */
export function createKeyRing(deps: { postgres: Postgres; log: Logger; adminKey: string | null }): KeyRing {
  const admin = deps.adminKey === null ? null : adminDigest(deps.adminKey);
  const known = new Map<string, Read>();

  const read = async (sha256: string): Promise<Read> => {
    const held = known.get(sha256);
    if (held && Date.now() - held.readAt < TRUST_MILLISECONDS) return held;
    const [key] = await deps.postgres.ask(keyBySha256, { sha256 });
    if (!key) {
      known.delete(sha256);
      throw new Fault("bad-key", "This key is not known. Keys are made under Access, or by POST /api/v1/keys.");
    }
    const fresh = { key, readAt: Date.now(), usedAt: held?.usedAt ?? 0 };
    known.set(sha256, fresh);
    return fresh;
  };

  return {
    async actorOf(text) {
      const digest = sha256Of(text);
      if (admin && timingSafeEqual(digest, admin)) return ADMIN;
      const entry = await read(digest.toString("hex"));
      const { key } = entry;
      if (key.revokedAt) throw new Fault("bad-key", `The key “${key.name}” was revoked at ${key.revokedAt}.`);
      const now = Date.now();
      if (key.expiresAt && Date.parse(key.expiresAt) <= now) {
        throw new Fault("bad-key", `The key “${key.name}” expired at ${key.expiresAt}.`);
      }
      if (now - entry.usedAt > USED_MILLISECONDS) {
        entry.usedAt = now;
        deps.postgres
          .ask(markKeyUsed, { id: key.id, at: new Date(now).toISOString() })
          .catch((error: unknown) => deps.log.warn({ err: error, key: key.id }, "a key's use was not noted"));
      }
      const { id, name, entities, scopes, namespaces } = key;
      const limited = namespaces === "all" ? {} : { namespaces };
      return { kind: "key", id, name, role: null, entities, scopes, ...limited };
    },
    forget: () => known.clear(),
  };
}

/** What is kept of a key. */
export function sha256Of(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

const ADMIN: Actor = { kind: "key", id: "admin", name: "Admin key", role: null, entities: "all", scopes: SCOPES };

function adminDigest(adminKey: string): Buffer {
  if (adminKey.length < LEAST_ADMIN_KEY_LENGTH) {
    throw new Error(`TIEOUT_ADMIN_KEY is shorter than ${LEAST_ADMIN_KEY_LENGTH} characters.`);
  }
  return sha256Of(adminKey);
}
