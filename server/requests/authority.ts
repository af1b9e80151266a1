import type { Role } from "../../schemas/estate/role.ts";
import { Fault } from "../fault.ts";
import { mailboxOf, type Signer } from "../signoff/signer.ts";
import { personById } from "../store/postgres/people.ts";
import { standingDelegations } from "../store/postgres/requests-approvals.ts";
import type { Asking } from "../store/postgres.ts";
import { isRequester } from "./requester.ts";

/** The right somebody decides by: their own, or that of somebody absent, with the names it came through. */
export interface Authority {
  role: Role;
  chain: string[];
}

interface Asked {
  requestedById: string;
  requestedBy: string;
  requester: string | null;
}

/**
 * By what right a person may decide: their own role, else the first found up the chain of delegations in force that does
 * not come from or through whoever asked.
 * @throws {Fault} `not-permitted` with the reason
 */
export async function authorityOf(
  store: Asking,
  now: Date,
  person: Signer,
  request: Asked,
  may: (role: Role) => boolean,
): Promise<Authority> {
  if (may(person.role)) return { role: person.role, chain: [] };
  const at = now.toISOString();
  const delegations = (await store.ask(standingDelegations, { at })).filter(({ fromAt }) => fromAt <= at);
  let fromRequester = false;
  const seen = new Set([person.id]);
  let front = [{ id: person.id, chain: [] as string[] }];
  while (front.length > 0) {
    const next: typeof front = [];
    for (const { id, chain } of front) {
      for (const { fromPerson, toPerson } of delegations) {
        if (toPerson !== id || seen.has(fromPerson)) continue;
        seen.add(fromPerson);
        const [giver] = await store.ask(personById, { id: fromPerson });
        if (!giver) continue;
        if (isRequester({ ...giver, signer: mailboxOf(giver.email) }, request)) {
          fromRequester = true;
          continue;
        }
        const through = [...chain, giver.name];
        if (may(giver.role)) return { role: giver.role, chain: through };
        next.push({ id: fromPerson, chain: through });
      }
    }
    front = next;
  }
  const text = fromRequester
    ? `${person.name}’s right to agree comes from ${request.requestedBy}, who asked for this.`
    : `${person.name} may not agree to this; it takes a controller or CFO, or somebody they put in their place.`;
  throw new Fault("not-permitted", text);
}
