import { v5 as uuidv5 } from "uuid";

const TIEOUT_RUNS = "6f0c1f0e-4a8e-5b0c-9a53-7d3e2f6b8c11";

/**
 * The OpenLineage run id of a vendor's run: a UUIDv5 of namespace and the vendor's own key, so that two collectors
 * (or a trigger and the poll that later sees its run) name the same run alike without talking to each other.
 */
export function runIdOf(namespace: string, vendorRunKey: string): string {
  return uuidv5(`${namespace}\n${vendorRunKey}`, TIEOUT_RUNS);
}
