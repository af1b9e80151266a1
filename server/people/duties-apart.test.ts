import { expect, test } from "vitest";
import { Role } from "../../schemas/estate/role.ts";
import type { Scope } from "../context.ts";
import { DUTIES_APART, togetherWrong } from "./duties-apart.ts";
import { ROLE_SCOPES, SCOPES } from "./permissions.ts";

test.each(DUTIES_APART.flatMap((pair) => Role.options.map((role) => [pair[0], pair[1], role] as const)))(
  "%s and %s do not come together in the role %s",
  (one, other, role) => {
    expect(ROLE_SCOPES[role].includes(one) && ROLE_SCOPES[role].includes(other)).toBe(false);
  },
);

test.each(Role.options)("the role %s holds known scopes, each once", (role) => {
  expect(new Set(ROLE_SCOPES[role]).size).toBe(ROLE_SCOPES[role].length);
  expect(ROLE_SCOPES[role].every((scope) => SCOPES.includes(scope))).toBe(true);
});

/** Scopes that change something, beside those of the demo's clock. */
const CHANGES = /:(write|resubmit|create|manage|prepare|review|certify|grant|explain|act|approve|execute|decide)$/;

test("auditors read and take away, and change nothing", () => {
  expect(ROLE_SCOPES.auditor.filter((scope) => CHANGES.test(scope))).toEqual([]);
});

test("platform owners and auditors sign and approve nothing", () => {
  for (const role of ["platform", "auditor"] as const) {
    expect(
      ROLE_SCOPES[role].filter((scope) => /^(signoff:(prepare|review|certify)|waiver:|break:)/.test(scope)),
    ).toEqual([]);
  }
});

test("two duties apart are found among others, one alone is not", () => {
  expect(togetherWrong(["board:read", "key:manage", "signoff:certify"])).toEqual(["key:manage", "signoff:certify"]);
  expect(togetherWrong(["board:read", "key:manage"] satisfies Scope[])).toBeNull();
});
