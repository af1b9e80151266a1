import type { Role } from "../schemas/estate/role.ts";
import type { KeyRow, PersonAccess, PersonSession, RoleTable, TakenRow } from "../schemas/wire/access.ts";
import type { Me } from "../schemas/wire/live.ts";
import { ask } from "./api.ts";

/** What an app is set up with; shown once. */
export interface Enrolment {
  uri: string;
  secret: string;
  backupCodes: string[];
}

/** What a person may do, and of what. */
export type Duty = Pick<PersonAccess, "role" | "entities" | "periods">;

/** A key as it is asked for. */
export type KeyWish = Pick<KeyRow, "name" | "scopes" | "entities" | "namespaces" | "expiresAt">;

const FACTOR = "/api/v1/session/second-factor";
/** Who may do what, as a table; that somebody took it stands in the log. */
export const ACCESS_REVIEW = "/api/v1/access-review?format=csv";

/** The part of the door that has to do with one's own access. */
export const accessApi = {
  finishSignIn: (code: string) => ask<Me>("POST", FACTOR, { code }),
  enrol: (password: string) => ask<Enrolment>("POST", `${FACTOR}/enrolment`, { password }),
  confirmFactor: (code: string) => ask<unknown>("PUT", FACTOR, { code }),
  dropFactor: (password: string) => ask<unknown>("DELETE", FACTOR, { password }),
  takeRole: (asked: { role: Role; minutes: number; reason: string }) =>
    ask<{ id: string }>("POST", "/api/v1/break-glass", asked),
  giveRoleBack: (id: string) => ask<unknown>("DELETE", `/api/v1/break-glass/${encodeURIComponent(id)}`),
};

const person = (id: string, rest = "") => `/api/v1/people/${encodeURIComponent(id)}${rest}`;

/** The part that has to do with everybody's. */
export const peopleApi = {
  people: () => ask<{ people: PersonAccess[] }>("GET", "/api/v1/people"),
  roles: () => ask<RoleTable>("GET", "/api/v1/roles"),
  taken: () => ask<{ taken: TakenRow[] }>("GET", "/api/v1/break-glass"),
  invite: (asked: Duty & { name: string; email: string; password: boolean }) =>
    ask<{ person: { id: string }; password: string | null }>("POST", "/api/v1/people", asked),
  changeDuty: (id: string, duty: Duty) => ask<unknown>("PUT", person(id, "/duty"), duty),
  sessions: (id: string) => ask<{ sessions: PersonSession[] }>("GET", person(id, "/sessions")),
  endSession: (id: string, session: string) =>
    ask<unknown>("DELETE", person(id, `/sessions/${encodeURIComponent(session)}`)),
  endSessions: (id: string) => ask<unknown>("POST", person(id, "/sign-out")),
  dropFactor: (id: string) => ask<unknown>("DELETE", person(id, "/second-factor")),
  remove: (id: string) => ask<unknown>("DELETE", person(id)),
  keys: () => ask<{ keys: KeyRow[] }>("GET", "/api/v1/keys"),
  createKey: (asked: KeyWish) => ask<{ key: string; row: KeyRow }>("POST", "/api/v1/keys", asked),
  revokeKey: (id: string) => ask<KeyRow>("DELETE", `/api/v1/keys/${encodeURIComponent(id)}`),
};
