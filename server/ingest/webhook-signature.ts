import { createHmac, timingSafeEqual } from "node:crypto";

/** Seconds a sender's clock may be off, as Standard Webhooks recommends. */
const TOLERATED = 300;

/**
 * Whether a body was signed with a secret as Standard Webhooks asks: `webhook-signature` holds one or more
 * `v1,<base64 HMAC-SHA256>` over `<webhook-id>.<webhook-timestamp>.<body>`. Answers why not, in words, or null where it was.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureFlaw(headers: Headers, body: Uint8Array, secret: string, now: Date): string | null {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    headers.get(name),
  );
  if (!id || !timestamp || !signatures) {
    return "The headers webhook-id, webhook-timestamp and webhook-signature are needed.";
  }
  if (!/^\d+$/.test(timestamp) || Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERATED) {
    return `webhook-timestamp is more than ${TOLERATED / 60} minutes away from now.`;
  }
  const expected = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  const given = signatures.split(" ").filter((each) => each.startsWith("v1,"));
  const isSigned = given.some((each) => {
    const signature = Buffer.from(each.slice(3), "base64");
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
  return isSigned ? null : "No signature of webhook-signature is the one of this body.";
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ""), "base64");
}
