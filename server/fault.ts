/** The closed list of expected refusals and the HTTP status each is answered with. Anything else is a crash. */
export const FAULT_STATUS = {
  "invalid-input": 400,
  "not-signed-in": 401,
  "bad-key": 401,
  "not-permitted": 403,
  "not-found": 404,
  "no-such-method": 405,
  conflict: 409,
  "too-large": 413,
  "unsupported-media": 415,
  "unacceptable-event": 422,
  "unacceptable-lines": 422,
  "too-many-requests": 429,
  "vendor-refused": 502,
  overloaded: 503,
  "store-unavailable": 503,
} as const;

export type FaultCode = keyof typeof FAULT_STATUS;

/** A refusal a caller can act on: what was wrong, where, what was expected, what to do. */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Extra members of the problem details, safe to show: a JSON pointer, the quarantine id, what was expected. */
  readonly detail: Record<string, unknown>;

  constructor(code: FaultCode, message: string, detail: Record<string, unknown> = {}) {
    super(message);
    this.name = "Fault";
    this.code = code;
    this.detail = detail;
  }
}
