import type { Context as HonoContext } from "hono";
import type { Me } from "../../schemas/wire/live.ts";
import { Fault } from "../fault.ts";
import type { People } from "../people/people.ts";

/** Who is signed in by these headers. A Fault for strangers and keys. */
export async function meOf(people: People, headers: Headers): Promise<Me> {
  const found = await people.signedIn(headers);
  if (!found) throw new Fault("not-signed-in", "Nobody is signed in here.");
  const { person, actor, needsFactor } = found;
  const { takenId: id, takenRole: role, takenUntil: until } = person;
  return {
    id: person.id,
    name: person.name,
    email: person.email,
    role: actor.role ?? person.role,
    entities: actor.entities === "all" ? "all" : [...actor.entities],
    periods: actor.periods ? [...actor.periods] : "all",
    may: needsFactor ? [] : [...actor.scopes],
    taken: id && role && until ? { id, role, until } : null,
    secondFactor: needsFactor ? "needed" : person.secondFactor ? "on" : person.hasPassword ? "off" : "elsewhere",
  };
}

export function withCookies(c: HonoContext, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header("Set-Cookie", cookie, { append: true });
}

/** Headers as the browser will send them once it has these cookies. */
export function withSession(cookies: readonly string[]): Headers {
  const kept = cookies.filter((cookie) => !/max-age=0/i.test(cookie)).map((cookie) => cookie.split(";")[0]);
  return new Headers({ cookie: kept.join("; ") });
}
