import * as z from "zod";
import { Role } from "../../../schemas/estate/role.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/** A person with their duty; `entities` null is the whole estate. */
export const Person = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  entities: z.array(z.string()).nullable(),
  periods: z.array(z.string()).nullable(),
  createdAt: InstantColumn,
});
export type Person = z.infer<typeof Person>;

const COLUMNS = `p.id, p.name, p.email, d.role, d.entities, d.periods, p.created_at AS "createdAt"`;

export const personById = defineQuestion({
  engine: "postgres",
  name: "person.by-id",
  params: z.object({ id: z.string() }),
  row: Person,
  sql: `SELECT ${COLUMNS} FROM people p JOIN duties d ON d.person_id = p.id WHERE p.id = $1`,
});

/** Whoever a session is of, as they are now. */
const PersonSignedIn = Person.extend({
  /** A role taken beside their own, in force now, and until when. */
  takenId: z.string().nullable(),
  takenRole: Role.nullable(),
  takenUntil: InstantColumn.nullable(),
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
});
export type PersonSignedIn = z.infer<typeof PersonSignedIn>;

export const personSignedIn = defineQuestion({
  engine: "postgres",
  name: "person.signed-in",
  params: z.object({ id: z.string() }),
  row: PersonSignedIn,
  sql: `SELECT ${COLUMNS}, t.id AS "takenId", t.role AS "takenRole", t.ends_at AS "takenUntil", coalesce(p.second_factor, false) AS "secondFactor",
      EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id AND a.provider_id = 'credential') AS "hasPassword"
    FROM people p JOIN duties d ON d.person_id = p.id
    LEFT JOIN taken_roles t ON t.person_id = p.id AND t.ended_at IS NULL AND t.ends_at > now()
    WHERE p.id = $1 ORDER BY t.taken_at DESC LIMIT 1`,
});

export const personByEmail = defineQuestion({
  engine: "postgres",
  name: "person.by-email",
  params: z.object({ email: z.string() }),
  row: Person,
  sql: `SELECT ${COLUMNS} FROM people p JOIN duties d ON d.person_id = p.id WHERE p.email = lower($1)`,
});

export const allPeople = defineQuestion({
  engine: "postgres",
  name: "person.list",
  params: z.object({}),
  row: Person,
  sql: `SELECT ${COLUMNS} FROM people p JOIN duties d ON d.person_id = p.id ORDER BY p.name, p.id`,
});

export const countPeople = defineQuestion({
  engine: "postgres",
  name: "person.count",
  params: z.object({}),
  row: z.object({ people: BigintColumn }),
  sql: "SELECT count(*) AS people FROM people",
});

/** Answers no row where the e-mail address is taken. The inviter vouches for the address. */
export const insertPerson = defineQuestion({
  engine: "postgres",
  name: "person.insert",
  params: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  row: z.object({ id: z.string() }),
  sql: `INSERT INTO people (id, name, email, email_verified) VALUES ($1, $2, lower($3), true)
    ON CONFLICT (email) DO NOTHING RETURNING id`,
});

/** Lets a person sign in with a password, given as the sign-in library hashes it. */
export const insertPassword = defineQuestion({
  engine: "postgres",
  name: "person.insert-password",
  params: z.object({ id: z.string(), personId: z.string(), password: z.string() }),
  row: z.never(),
  sql: `INSERT INTO accounts (id, account_id, provider_id, person_id, password, updated_at)
    VALUES ($1, $2, 'credential', $2, $3, now())`,
});

export const setDuty = defineQuestion({
  engine: "postgres",
  name: "duty.set",
  params: z.object({
    personId: z.string(),
    role: Role,
    entities: z.array(z.string()).nullable(),
    periods: z.array(z.string()).nullable().default(null),
  }),
  row: z.never(),
  sql: `INSERT INTO duties (person_id, role, entities, periods) VALUES ($1, $2, $3, $4)
    ON CONFLICT (person_id) DO UPDATE SET role = excluded.role, entities = excluded.entities, periods = excluded.periods,
      changed_at = now()`,
});

/** Sessions, ways to sign in and duty go with the person. */
export const deletePerson = defineQuestion({
  engine: "postgres",
  name: "person.delete",
  params: z.object({ id: z.string() }),
  row: z.object({ id: z.string() }),
  sql: "DELETE FROM people WHERE id = $1 RETURNING id",
});

/** Answers no row where this code of the person's app let somebody in a moment ago: a code is good once. */
export const spendCode = defineQuestion({
  engine: "postgres",
  name: "person.spend-code",
  params: z.object({ personId: z.string(), code: z.string() }),
  row: z.object({ id: z.string() }),
  sql: `UPDATE second_factors SET spent_code = $2, spent_at = now() WHERE person_id = $1
    AND (spent_code IS DISTINCT FROM $2 OR spent_at < now() - interval '2 minutes') RETURNING id`,
});

/** Takes a person's second factor away, for whoever lost it. Answers no row where there was none. */
export const deleteSecondFactor = defineQuestion({
  engine: "postgres",
  name: "person.delete-second-factor",
  params: z.object({ personId: z.string() }),
  row: z.object({ id: z.string() }),
  sql: `WITH gone AS (DELETE FROM second_factors WHERE person_id = $1)
    UPDATE people SET second_factor = false WHERE id = $1 AND second_factor RETURNING id`,
});

/** Everybody with how they get in, when they last did, and a role they have taken. */
export const peopleWithSessions = defineQuestion({
  engine: "postgres",
  name: "person.with-sessions",
  params: z.object({}),
  row: Person.omit({ createdAt: true }).extend({
    waysIn: z.array(z.string()),
    secondFactor: z.boolean(),
    invitedAt: InstantColumn,
    dutySince: InstantColumn,
    lastSignInAt: InstantColumn.nullable(),
    sessions: BigintColumn,
    takenId: z.string().nullable(),
    takenRole: Role.nullable(),
    takenUntil: InstantColumn.nullable(),
  }),
  sql: `SELECT p.id, p.name, p.email, d.role, d.entities, d.periods, p.created_at AS "invitedAt", d.changed_at AS "dutySince",
      ARRAY(SELECT DISTINCT a.provider_id FROM accounts a WHERE a.person_id = p.id ORDER BY 1) AS "waysIn",
      coalesce(p.second_factor, false) AS "secondFactor",
      (SELECT max(s.created_at) FROM sessions s WHERE s.person_id = p.id) AS "lastSignInAt",
      (SELECT count(*) FROM sessions s WHERE s.person_id = p.id AND s.expires_at > now()) AS sessions,
      t.id AS "takenId", t.role AS "takenRole", t.ends_at AS "takenUntil"
    FROM people p JOIN duties d ON d.person_id = p.id
    LEFT JOIN LATERAL (SELECT id, role, ends_at FROM taken_roles
      WHERE person_id = p.id AND ended_at IS NULL AND ends_at > now() ORDER BY taken_at DESC LIMIT 1) t ON true
    ORDER BY p.name, p.id`,
});
