import type { Role } from "../../schemas/estate/role.ts";
import type { Scope } from "../context.ts";
import { DUTIES_APART } from "./duties-apart.ts";
import { ROLE_SCOPES } from "./permissions.ts";

/** What a role taken for a time does not bring: signing and agreeing are done in one's own duty, or by a delegate. */
const NEVER_TAKEN: readonly Scope[] = [
  "signoff:prepare",
  "signoff:review",
  "signoff:certify",
  "request:approve",
  "waiver:grant",
  "hold:manage",
  "access:break-glass",
];

/** What somebody may do with a role taken beside their own: duties of theirs that check the taken one's rest meanwhile. */
export function scopesWith(own: Role, taken: Role): Scope[] {
  const brought = ROLE_SCOPES[taken].filter((scope) => !NEVER_TAKEN.includes(scope));
  const rests = (scope: Scope) =>
    DUTIES_APART.some(
      ([one, other]) => (scope === one && brought.includes(other)) || (scope === other && brought.includes(one)),
    );
  return [...new Set([...ROLE_SCOPES[own].filter((scope) => !rests(scope)), ...brought])];
}
