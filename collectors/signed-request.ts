import { createHmac } from "node:crypto";
import OAuth from "oauth-1.0a";
import type { Authorize } from "./http.ts";

export interface SignedRequests {
  consumer: { key: string; secret: string };
  token: { key: string; secret: string };
  /** Sent beside the signature, which does not cover it. */
  realm: string;
  clock: { now(): Date };
}

/** Every request signed by itself with two shared secrets: OAuth 1.0a (RFC 5849) with HMAC-SHA256. */
export function signedRequests({ consumer, token, realm, clock }: SignedRequests): Authorize & { secrets: string[] } {
  const oauth = new OAuth({
    ...{ consumer, realm, signature_method: "HMAC-SHA256" },
    hash_function: (text, key) => createHmac("sha256", key).update(text).digest("base64"),
  });
  // The library reads the machine's own clock.
  Object.assign(oauth, { getTimeStamp: () => Math.floor(clock.now().getTime() / 1000) });
  return {
    headers: (request) => ({ authorization: oauth.toHeader(oauth.authorize(request, token)).Authorization }),
    secrets: [consumer.secret, token.secret],
  };
}
