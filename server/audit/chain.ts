import canonicalize from "canonicalize";
import { createHash } from "node:crypto";

/** What the first entry follows. */
export const GENESIS = "0".repeat(64);

/**
 * The hash of an entry: SHA-256 over the previous hash in hexadecimal, a line feed, and the entry's RFC 8785 canonical
 * JSON. Reproducible with any tool: `printf '%s\n%s' "$previous" "$body" | sha256sum`.
 */
export function chainHash(previousHash: string, body: string): string {
  return createHash("sha256").update(`${previousHash}\n${body}`).digest("hex");
}

/** RFC 8785 canonical JSON of an entry. */
export function entryText(entry: object): string {
  return canonicalize(entry) as string;
}
