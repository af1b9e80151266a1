import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { personById, type Person } from "../store/postgres/people.ts";
import type { Postgres } from "../store/postgres.ts";
import type { Auth } from "./auth.ts";
import type { KeyRing } from "./key-ring.ts";
import { ROLE_SCOPES } from "./permissions.ts";

/** Finds out who a request is from, by its headers: a Bearer key, else a session's cookie. A Fault when neither. */
export type Identify = (headers: Headers) => Promise<Actor>;

export function createIdentify(deps: { postgres: Postgres; auth: Auth; keys: KeyRing }): Identify {
  return async (headers) => {
    const key = bearerOf(headers);
    if (key) return deps.keys.actorOf(key);
    const id = await deps.auth.personOf(headers);
    const [person] = id ? await deps.postgres.ask(personById, { id }) : [];
    if (!person) throw new Fault("not-signed-in", "Sign in, or send a key as Authorization: Bearer <key>.");
    return actorOfPerson(person);
  };
}

/** A person with what their role allows. */
export function actorOfPerson(person: Person): Actor {
  return {
    kind: "person",
    id: person.id,
    name: person.name,
    role: person.role,
    entities: person.entities ?? "all",
    scopes: ROLE_SCOPES[person.role],
  };
}

/** The key in `Authorization: Bearer`, where there is one. */
export function bearerOf(headers: Headers): string | null {
  const match = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "");
  return match?.[1] ?? null;
}
