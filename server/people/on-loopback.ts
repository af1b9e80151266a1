const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether a request was addressed to this machine by its own name. The server listening on loopback is not enough: a
 * proxy could pass strangers on, and a site could point its own name at 127.0.0.1.
 */
export function onLoopback(headers: Headers): boolean {
  const host = headers.get("host");
  if (host === null || headers.has("forwarded") || headers.has("x-forwarded-for")) return false;
  return LOOPBACK.has(host.replace(/:\d+$/, ""));
}
