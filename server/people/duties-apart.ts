import type { Scope } from "../context.ts";

/**
 * Duties no one may hold together, because one checks the other: no role and no key has both. What a person may not do
 * twice to the same thing (prepare and review one sign-off) the acts themselves refuse.
 */
export const DUTIES_APART: readonly (readonly [Scope, Scope])[] = [
  // Who gives rights away approves no figures.
  ...(["person:manage", "key:manage"] as const).flatMap((gives) =>
    (
      ["signoff:prepare", "signoff:review", "signoff:certify", "waiver:grant", "break:review", "break:explain"] as const
    ).map((approves) => [gives, approves] as const),
  ),
  // Who mends what came in wrong signs nothing.
  ["quarantine:resubmit", "signoff:certify"],
  ["quarantine:resubmit", "waiver:grant"],
  // Who sends figures settles no differences between them.
  ["ingest:write", "break:review"],
  ["ingest:write", "signoff:certify"],
  ["lines:write", "break:review"],
];

/** The first two of some scopes that must not come together; null where there are none. */
export function togetherWrong(scopes: readonly Scope[]): readonly [Scope, Scope] | null {
  return DUTIES_APART.find(([one, other]) => scopes.includes(one) && scopes.includes(other)) ?? null;
}
