import type { Estate } from "../../schemas/estate/estate.ts";
import { Role } from "../../schemas/estate/role.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Clock } from "../context.ts";
import { OptionError } from "../options.ts";
import { personByEmail, setDuty } from "../store/postgres/people.ts";
import type { Postgres } from "../store/postgres.ts";

/** What a group of the identity provider makes of its members; the first that fits counts. */
export interface GroupRole {
  group: string;
  role: Role;
  entities: "all" | readonly string[];
}

/** `finance-controllers=controller de-books=accountant:DE01+DE02`, parted by spaces or commas; null where none are given. */
export function groupRoles(text: string | undefined, { entities }: Pick<Estate, "entities">): GroupRole[] | null {
  const pairs = (text ?? "").split(/[\s,]+/).filter(Boolean);
  if (pairs.length === 0) return null;
  return pairs.map((pair) => {
    const [, group, role, named] = /^([^=]+)=([a-z]+)(?::([\w+-]+))?$/.exec(pair) ?? [];
    const known = Role.safeParse(role);
    if (!group || !known.success) {
      throw new OptionError(
        `OIDC_ROLES: "${pair}" is no group=role or group=role:DE01+DE02; roles are ${Role.options.join(", ")}.`,
      );
    }
    const ids = named?.split("+") ?? [];
    const strange = ids.find((id) => !entities.some((entity) => entity.id === id));
    if (strange) throw new OptionError(`OIDC_ROLES: there is no entity ${strange}.`);
    return { group, role: known.data, entities: ids.length > 0 ? ids : "all" };
  });
}

/** The duty that groups bring; null where none of them does. */
export function dutyOfGroups(roles: readonly GroupRole[], groups: unknown): GroupRole | null {
  const held = Array.isArray(groups) ? groups.filter((each) => typeof each === "string") : [];
  return roles.find(({ group }) => held.includes(group)) ?? null;
}

/**
 * Gives an invited person the duty their groups bring, each time they sign in; what changes is on record. Answers whether
 * they may come in: without a group that brings a duty nobody does.
 */
export async function followGroups(
  { postgres, clock }: { postgres: Postgres; clock: Clock },
  roles: readonly GroupRole[],
  { email, groups }: { email: string; groups: unknown },
): Promise<boolean> {
  const duty = dutyOfGroups(roles, groups);
  if (!duty) return false;
  await postgres.transaction(async (tx) => {
    const [person] = await tx.ask(personByEmail, { email });
    const to = { role: duty.role, entities: duty.entities };
    const from = person && { role: person.role, entities: person.entities ?? "all" };
    if (!person || JSON.stringify(from) === JSON.stringify(to)) return;
    const entities = duty.entities === "all" ? null : [...duty.entities];
    const periods = duty.role === "auditor" ? person.periods : null;
    await tx.ask(setDuty, { personId: person.id, role: duty.role, entities, periods });
    await record(tx, {
      ...{ at: clock.now(), actor: TIEOUT, action: "person.follow-groups", subject: `person:${person.id}` },
      detail: { group: duty.group, from, to },
    });
  });
  return true;
}
