import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether a signature is the HMAC-SHA256 of a body with a secret, in hex of either case. Without a secret nothing is. */
export function isSigned(signature: string | null, body: Uint8Array, secret: string | undefined): boolean {
  if (!secret || !signature) return false;
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
