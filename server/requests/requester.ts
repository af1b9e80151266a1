import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { mailboxOf, signerOf, type Signer } from "../signoff/signer.ts";
import { keyById } from "../store/postgres/api-keys.ts";
import { personById } from "../store/postgres/people.ts";
import type { Asking } from "../store/postgres.ts";

/** What tells whoever asks from everybody else, whatever account or key they use: a mailbox, or who made the key. */
export async function requesterOf(store: Asking, actor: Actor): Promise<string> {
  if (actor.kind === "rule") return `rule:${actor.id}`;
  if (actor.kind === "key") {
    const [key] = await store.ask(keyById, { id: actor.id });
    return key ? madeBy(key.createdBy) : `key:${actor.id}`;
  }
  const [person] = await store.ask(personById, { id: actor.id });
  return person ? mailboxOf(person.email) : `person:${actor.id}`;
}

/** @throws {Fault} `not-permitted` for anybody but a person: keys and rules decide nothing */
export async function deciderOf(store: Asking, actor: Actor): Promise<Signer> {
  if (actor.kind === "person") return signerOf(store, actor);
  throw new Fault("not-permitted", "Agreement is a person’s. Sign in; a key cannot approve, whatever its scopes.");
}

/** Whether a person is who asked, by account, mailbox, name or key. */
export function isRequester(
  person: Pick<Signer, "id" | "name" | "signer">,
  request: { requestedById: string; requestedBy: string; requester: string | null },
): boolean {
  const { requestedById, requestedBy, requester } = request;
  return (
    person.id === requestedById ||
    person.signer === requester ||
    madeBy(person.name) === requester ||
    sameName(person.name, requestedBy)
  );
}

/** Two accounts of one name are taken for one person's, which is the careful side. */
function sameName(one: string, other: string): boolean {
  const plain = (name: string) =>
    name.normalize("NFKD").replace(/\p{M}/gu, "").trim().replace(/\s+/g, " ").toLowerCase();
  return plain(one) === plain(other);
}

function madeBy(name: string): string {
  return `key made by ${name}`;
}
