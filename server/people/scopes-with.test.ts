import { expect, test } from "vitest";
import { Role } from "../../schemas/estate/role.ts";
import { togetherWrong } from "./duties-apart.ts";
import { ROLE_SCOPES } from "./permissions.ts";
import { scopesWith } from "./scopes-with.ts";

const PAIRS = Role.options.flatMap((own) => Role.options.map((taken) => [own, taken] as const));

test.each(PAIRS)("a %s with the role %s taken holds no two duties that check each other", (own, taken) => {
  expect(togetherWrong(scopesWith(own, taken))).toBeNull();
});

test.each(PAIRS)("a %s with the role %s taken signs and agrees to nothing they could not before", (own, taken) => {
  const signing = scopesWith(own, taken).filter((scope) =>
    /^(signoff:(prepare|review|certify)|request:approve)/.test(scope),
  );
  expect(signing.filter((scope) => !ROLE_SCOPES[own].includes(scope))).toEqual([]);
});

test("a controller with the platform owner's role makes keys, and signs nothing meanwhile", () => {
  const scopes = scopesWith("controller", "platform");
  expect(scopes).toEqual(expect.arrayContaining(["key:manage", "person:manage", "board:read"]));
  expect(scopes.filter((scope) => scope.startsWith("signoff:"))).toEqual(["signoff:read"]);
});
