import { v5 as uuidv5 } from "uuid";

const TIEOUT_RUNS = "6f0c1f0e-4a8e-5b0c-9a53-7d3e2f6b8c11";

/**
 * The OpenLineage run id of a vendor's run: a UUIDv5 of namespace and the vendor's own key, so that two collectors
 * (or a trigger and the poll that later sees its run) name the same run alike without talking to each other.
 */
export function runIdOf(namespace: string, vendorRunKey: string): string {
  const runId = uuidv5(`${namespace}\n${vendorRunKey}`, TIEOUT_RUNS);
  known.delete(runId);
  known.set(runId, vendorRunKey);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value ?? "");
  return runId;
}

const known = new Map<string, string>();
const MOST_KNOWN = 50_000;

/**
 * The vendor's own key of a run this process has named, by which its vendor can be asked to run it again; null for one
 * it has not met, or met too long ago.
 */
export function vendorKeyOf(runId: string): string | null {
  return known.get(runId) ?? null;
}
