import type { PersonAccess } from "../../schemas/wire/access.ts";
import { peopleWithSessions } from "../store/postgres/people.ts";
import type { Asking } from "../store/postgres.ts";

/** Everybody with what they may see, how they get in and when they last did, by name. */
export async function peopleAccess(postgres: Asking): Promise<PersonAccess[]> {
  return (await postgres.ask(peopleWithSessions, {})).map(
    ({ takenId: id, takenRole: role, takenUntil, ...person }) => ({
      ...person,
      entities: person.entities ?? "all",
      periods: person.periods ?? "all",
      taken: id && role && takenUntil ? { id, role, until: takenUntil } : null,
    }),
  );
}
