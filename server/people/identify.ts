import type { Role } from "../../schemas/estate/role.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { personSignedIn, type Person, type PersonSignedIn } from "../store/postgres/people.ts";
import type { Postgres } from "../store/postgres.ts";
import type { Auth } from "./auth.ts";
import type { KeyRing } from "./key-ring.ts";
import { ROLE_SCOPES } from "./permissions.ts";
import { scopesWith } from "./scopes-with.ts";

/** Finds out who a request is from, by its headers: a Bearer key, else a session's cookie. A Fault when neither. */
export type Identify = (headers: Headers) => Promise<Actor>;

/** The person a session's cookie is of, also while they may do nothing yet but set up a second factor; null where none. */
export type SignedIn = (
  headers: Headers,
) => Promise<{ person: PersonSignedIn; actor: Actor; needsFactor: boolean } | null>;

interface IdentifyDeps {
  postgres: Postgres;
  auth: Auth;
  keys: KeyRing;
  /** Roles that get in by password only with a second factor. */
  secondFactorFor: ReadonlySet<Role>;
}

export function createSignedIn({ postgres, auth, secondFactorFor }: Omit<IdentifyDeps, "keys">): SignedIn {
  return async (headers) => {
    const id = await auth.personOf(headers);
    const [person] = id ? await postgres.ask(personSignedIn, { id }) : [];
    if (!person) return null;
    // Without a password the identity provider asks for whatever it asks for.
    const needsFactor = person.hasPassword && !person.secondFactor && secondFactorFor.has(person.role);
    return { person, actor: actorSignedIn(person), needsFactor };
  };
}

export function createIdentify(deps: { keys: KeyRing; signedIn: SignedIn }): Identify {
  return async (headers) => {
    const key = bearerOf(headers);
    if (key) return deps.keys.actorOf(key);
    const found = await deps.signedIn(headers);
    if (!found) throw new Fault("not-signed-in", "Sign in, or send a key as Authorization: Bearer <key>.");
    if (!found.needsFactor) return found.actor;
    throw new Fault("not-permitted", "Your role needs a second factor. Set one up first.", { secondFactor: "needed" });
  };
}

/** A person with what their own role allows. */
export function actorOfPerson(person: Person): Actor {
  return {
    kind: "person",
    id: person.id,
    name: person.name,
    role: person.role,
    entities: person.entities ?? "all",
    ...(person.periods && { periods: person.periods }),
    scopes: ROLE_SCOPES[person.role],
  };
}

/** A person as what they act as: with a role taken for a time they read and act as that role, within their own entities. */
function actorSignedIn(person: PersonSignedIn): Actor {
  const own = actorOfPerson(person);
  const taken = person.takenRole;
  return taken ? { ...own, role: taken, scopes: scopesWith(person.role, taken) } : own;
}

/** The key in `Authorization: Bearer`, where there is one. */
export function bearerOf(headers: Headers): string | null {
  const match = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "");
  return match?.[1] ?? null;
}
