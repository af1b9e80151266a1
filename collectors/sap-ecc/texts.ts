import type { TextRule } from "../vendor-text.ts";

/** What messages of SAP say, in IDoc status records and job logs; the first that fits counts. */
export const RULES: readonly TextRule[] = [
  {
    pattern:
      /(?:(?<count>\d+) items?: )?(?<dimension>Cost cent(?:er|re)|Profit cent(?:er|re)|G\/L account|Order|WBS element) (?<member>\S+) (?:does not exist|is not defined|is blocked)/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern:
      /(?:(?<count>\d+) items?: )?.*(?:requires an assignment to a CO object|combination\b.*\bnot (?:allowed|permitted|valid))/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) items?: )?.*\b(?:posting )?period\b.*\b(?:not open|closed|locked)/i,
    code: "period-closed-at-target",
    class: "business",
  },
  { pattern: /company code \S+ (?:does not exist|is not defined)/i, code: "missing-entity", class: "business" },
  { pattern: /already (?:been )?posted|duplicate|already exists/i, code: "duplicate-load", class: "control" },
  { pattern: /balance in transaction currency|not balanced/i, code: "control-total-gap", class: "control" },
  {
    pattern: /partner profile|segment .* (?:not|unknown)|syntax error|conversion error|no conversion/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /password|no authori[sz]ation|user .* locked|logon/i, code: "credential-expiry", class: "technical" },
  { pattern: /queue|SYSFAIL|tRFC|no free (?:dialog|work) process/i, code: "queue-backlog", class: "technical" },
  {
    pattern: /system exception|short ?dump|runtime error|ABAP|RFC|communication|time[- ]?out|cancell?ed|terminated/i,
    code: "job-failed",
    class: "technical",
  },
];
