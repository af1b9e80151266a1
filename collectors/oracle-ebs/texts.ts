import type { TextRule } from "../vendor-text.ts";

/** What completion texts of concurrent programs say; the first that fits counts. */
export const RULES: readonly TextRule[] = [
  {
    pattern:
      /(?:(?<count>\d+) lines?: )?value (?<member>\S+) for the flexfield segment (?<dimension>[\w ]+?) (?:does not exist|is disabled|is invalid)/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern:
      /(?:(?<count>\d+) lines?: )?.*(?:\bEF0\d\b|cross-validation|code combination\b.*\b(?:invalid|disabled|not valid))/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) lines?: )?.*(?:\bEP0\d\b|\bperiod\b.*\b(?:not open|closed|never opened))/i,
    code: "period-closed-at-target",
    class: "business",
  },
  { pattern: /\bWU0\d\b|out of balance|unbalanced/i, code: "control-total-gap", class: "control" },
  { pattern: /ledger \S+ (?:does not exist|is not assigned)/i, code: "missing-entity", class: "business" },
  { pattern: /already (?:been )?imported|duplicate|ORA-00001/i, code: "duplicate-load", class: "control" },
  { pattern: /insufficient funds|funds check/i, code: "budget-overrun", class: "business" },
  { pattern: /ORA-01017|ORA-28001|password|invalid login/i, code: "credential-expiry", class: "technical" },
  { pattern: /ORA-00942|ORA-00904|ORA-0655\d|PLS-\d+|invalid column/i, code: "contract-drift", class: "technical" },
  {
    pattern: /ORA-\d+|APP-\w+-\d+|signal|timed? ?out|terminated|completed with \d+ errors?/i,
    code: "job-failed",
    class: "technical",
  },
];
