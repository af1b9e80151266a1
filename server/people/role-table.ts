import { Role, ROLE_TITLES } from "../../schemas/estate/role.ts";
import type { RoleTable } from "../../schemas/wire/access.ts";
import { DUTIES_APART } from "./duties-apart.ts";
import { ROLE_SCOPES, SCOPE_TITLES, SCOPES } from "./permissions.ts";

/** What each role may do, in words, for whoever gives roles and keys. */
export function roleTable(): RoleTable {
  return {
    scopes: SCOPES.map((scope) => ({ scope, title: SCOPE_TITLES[scope] })),
    roles: Role.options.map((role) => ({ role, title: ROLE_TITLES[role], scopes: [...ROLE_SCOPES[role]] })),
    apart: DUTIES_APART.map(([one, other]) => [one, other]),
  };
}
