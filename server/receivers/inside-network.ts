import { lookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { ReceiverError } from "./receiver.ts";

const INSIDE = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  INSIDE.addSubnet(network, bits, "ipv4");
}
for (const [network, bits] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  INSIDE.addSubnet(network, bits, "ipv6");
}

/** Whether an address leads inside this network or to this machine; addresses of IPv4 written as IPv6 are looked through. */
export function isInside(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(bare);
  if (family === 0) return true;
  return INSIDE.check(bare, family === 4 ? "ipv4" : "ipv6");
}

/**
 * Resolves names as Node does and refuses those that lead inside. It stands where the connection is made, so that a name
 * cannot lead elsewhere between the look and the connection.
 */
export const lookupOutside: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, "");
    const inside = addresses.find(({ address }) => isInside(address));
    if (inside) return callback(leadsInside(hostname), "");
    if (options.all) return (callback as unknown as (error: null, all: LookupAddress[]) => void)(null, addresses);
    callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

/** Node resolves no name that is an address already, so those are looked at before. */
export function refuseInside(host: string): void {
  if (isIP(host.replace(/^\[|\]$/g, "")) !== 0 && isInside(host)) throw leadsInside(host);
}

function leadsInside(host: string): ReceiverError {
  return new ReceiverError(`${host} leads inside this network; the estate must say \`inside: true\` if that is meant.`);
}
