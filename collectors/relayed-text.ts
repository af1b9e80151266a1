import type { TextRule } from "./vendor-text.ts";

/**
 * What sources and targets say through a middleware that relays their words; the most telling first. A vendor's own
 * codes go before these.
 */
export const RELAYED: readonly TextRule[] = [
  {
    pattern: /\b(?:no mapping|not mapped|unmapped)\b(?: for)? (?<dimension>[\w ]+?) ["'](?<member>[^"']+)["']/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern: /\b(?:no mapping|not mapped|unmapped|unknown member)\b.*?["'](?<member>[^"']+)["']/is,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern: /combination of (?<dimension>[\w ]+?) ["'](?<member>[^"']+)["'].*not (?:valid|allowed)/i,
    code: "invalid-combination",
    class: "business",
  },
  { pattern: /\bperiod\b.*\b(?:closed|locked|not open)\b/is, code: "period-closed-at-target", class: "business" },
  {
    pattern: /duplicate (?:key|entry|record|message|value)|already (?:exists|processed)|unique constraint/i,
    code: "duplicate-load",
    class: "control",
  },
  {
    pattern: /\b429\b|too many (?:requests|connections)|rate.?limit|quota|throttl|limit exceeded/i,
    code: "api-limit",
    class: "technical",
  },
  {
    pattern:
      /\b401\b|unauthori[sz]ed|invalid_(?:client|grant)|(?:token|certificate|credential|password|secret)s? (?:has |have |is |are |was |were )?(?:expired|invalid|revoked)|authentication failed|login failed/i,
    code: "credential-expiry",
    class: "technical",
  },
  {
    pattern:
      /schema|unexpected (?:element|field|column)|(?:column|field|table) .*(?:not found|does not exist|missing)|no such (?:column|field|table)|data ?type|cannot be cast|deserializ|required field/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /queue.*(?:full|overdue|capacity)/i, code: "queue-backlog", class: "technical" },
  {
    pattern:
      /timed? ?out|timeout|connection (?:refused|reset)|unknown host|unavailable|\b[45]\d\d\b|exception|\berror\b|failed/i,
    code: "job-failed",
    class: "technical",
  },
];
