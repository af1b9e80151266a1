import type { Authorize } from "./http.ts";

/** HTTP Basic (RFC 7617). Both what it sends and what it is made of are secrets. */
export function basic(user: string, password: string): Authorize & { secrets: string[] } {
  const encoded = Buffer.from(`${user}:${password}`).toString("base64");
  return { headers: () => ({ authorization: `Basic ${encoded}` }), secrets: [password, encoded] };
}

/** A key that is sent as it is: `Authorization: Bearer <key>` by default. */
export function apiKey(key: string, header = "authorization", scheme = "Bearer "): Authorize & { secrets: string[] } {
  return { headers: () => ({ [header]: `${scheme}${key}` }), secrets: [key] };
}
