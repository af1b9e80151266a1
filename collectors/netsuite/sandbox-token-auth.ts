import { createHmac, timingSafeEqual } from "node:crypto";
import type { World } from "../sandbox.ts";

/** Seconds a signature's time may be off. */
const TOLERANCE = 300;

/**
 * Whether a request is signed as token-based authentication asks for: OAuth 1.0a with HMAC-SHA256 over method, address
 * and query, a time close to ours, a nonce that was not used yet.
 */
export function tokenAuth(world: World, connection: Record<string, string>) {
  const used = new Set<string>();
  return (request: Request): boolean => {
    const sent = headerOf(request.headers.get("authorization") ?? "");
    const { oauth_signature: signature = "", realm, ...signed } = sent;
    const timely = Math.abs(Number(signed["oauth_timestamp"]) - world.now() / 1000) <= TOLERANCE;
    const nonce = `${signed["oauth_timestamp"]} ${signed["oauth_nonce"]}`;
    const known =
      realm === connection["account"] &&
      signed["oauth_consumer_key"] === connection["consumerKey"] &&
      signed["oauth_token"] === connection["tokenId"] &&
      signed["oauth_signature_method"] === "HMAC-SHA256";
    if (!known || !timely || used.has(nonce)) return false;
    used.add(nonce);
    return same(signature, signatureOf(request, signed, connection));
  };
}

/** RFC 5849, 3.4: parameters of header and query in order, joined with method and address, under both secrets. */
function signatureOf(request: Request, signed: Record<string, string>, connection: Record<string, string>): string {
  const url = new URL(request.url);
  const pairs = [...Object.entries(signed), ...url.searchParams].map((pair) => pair.map(encoded).join("="));
  const base = [request.method, `${url.origin}${url.pathname}`, pairs.sort().join("&")].map(encoded).join("&");
  const key = [connection["consumerSecret"], connection["tokenSecret"]]
    .map((secret) => encoded(secret ?? ""))
    .join("&");
  return createHmac("sha256", key).update(base).digest("base64");
}

function headerOf(text: string): Record<string, string> {
  if (!text.startsWith("OAuth ")) return {};
  const pairs = [...text.slice(6).matchAll(/(\w+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, decodeURIComponent(value)]));
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
