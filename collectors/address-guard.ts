import { BlockList, isIP } from "node:net";
import { VendorError } from "./collector.ts";

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["0.0.0.0", 8],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv4");
}
for (const [network, bits] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv6");
}

/**
 * An address a vendor handed out, at login for example, for requests that carry credentials. Refused unless it is HTTPS
 * and public, or of the private kind the address in the configuration is itself. Throws `VendorError` nonsense.
 */
export function handedOut(address: string, configured: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const known = new URL(configured);
  const refuse = (why: string) =>
    new VendorError("nonsense", `The vendor handed out the address "${address}", ${why}.`);
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse("which cannot be asked");
  if (url.protocol === "http:" && known.protocol === "https:") throw refuse("which is not encrypted");
  if (isPrivate(url.hostname) && !isPrivate(known.hostname)) throw refuse("which lies inside this network");
  return url.href.replace(/\/+$/, "");
}

function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  if (family === 0) return host === "localhost" || !host.includes(".") || /\.(local|internal|localhost)$/i.test(host);
  return PRIVATE.check(host, family === 4 ? "ipv4" : "ipv6");
}
