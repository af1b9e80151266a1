import canonicalize from "canonicalize";
import { v5 as uuidv5 } from "uuid";
import type { Mapping, Reconciliation } from "../../schemas/estate/flow.ts";
import type { RateSet } from "../../schemas/estate/rate-set.ts";

const VERSIONS = "7c0f6f0e-3b1d-5c52-9a0b-8f4d2f6f5a11";
const made = new WeakMap<object, string>();

/** Names a rule as declared, whoever approved it: any change to what it compares or allows makes another version. */
export function ruleVersion(rule: Reconciliation): string {
  return versionOf(rule, ({ approved: _approved, title: _title, owner: _owner, ...declared }) => declared);
}

/** Names a mapping or a rate set as declared. */
export function masterVersion(declared: Mapping | RateSet): string {
  return versionOf(declared, (whole) => whole);
}

export interface Approval {
  state: "approved" | "stale" | "none";
  by: string | null;
  on: string | null;
}

/** Whether somebody approved the rule as it is; `version` in the estate may be cut to its first characters. */
export function approvalOf(rule: Reconciliation): Approval {
  if (!rule.approved) return { state: "none", by: null, on: null };
  const { by, on, version } = rule.approved;
  return { state: ruleVersion(rule).startsWith(version) ? "approved" : "stale", by, on };
}

function versionOf<T extends object>(declared: T, counting: (declared: T) => object): string {
  let version = made.get(declared);
  if (!version) {
    version = uuidv5(canonicalize(counting(declared)) as string, VERSIONS);
    made.set(declared, version);
  }
  return version;
}
