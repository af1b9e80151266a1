import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import type { Role } from "../../schemas/estate/role.ts";
import { personById } from "../store/postgres/people.ts";
import type { Asking } from "../store/postgres.ts";

/** Who signs: a person, and what tells them from everybody else whatever account they use. */
export interface Signer {
  signer: string;
  id: string;
  name: string;
  role: Role;
}

/**
 * The person behind an actor. Keys and rules never sign, because nobody could say who did.
 *
 * @throws {Fault} `not-permitted` for anybody but a person who is still invited
 */
export async function signerOf(store: Asking, actor: Actor): Promise<Signer> {
  if (actor.kind !== "person") {
    throw new Fault("not-permitted", "A signature is a person’s. Sign in; a key cannot sign, whatever its scopes.");
  }
  const [person] = await store.ask(personById, { id: actor.id });
  if (!person) throw new Fault("not-permitted", "Only people who are invited may sign.");
  return { signer: mailboxOf(person.email), id: person.id, name: person.name, role: person.role };
}

/** The mailbox an address leads to: `Ana+close@x.example` is Ana’s as well as `ana@x.example`. */
export function mailboxOf(email: string): string {
  const [local = "", domain = ""] = email.toLowerCase().split("@");
  return `${local.split("+")[0]}@${domain}`;
}
