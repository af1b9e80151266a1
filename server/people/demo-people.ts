import type { Estate } from "../../schemas/estate/estate.ts";
import { Role } from "../../schemas/estate/role.ts";
import { TIEOUT } from "../audit/record.ts";
import type { Clock } from "../context.ts";
import { personByEmail, type Person } from "../store/postgres/people.ts";
import type { Postgres } from "../store/postgres.ts";
import { addPerson } from "./add-person.ts";

const NAMES: Record<Role, string> = {
  controller: "Maren Vogt",
  accountant: "Jonas Brandt",
  analyst: "Claire Lefèvre",
  engineer: "Priya Raman",
  platform: "Tomasz Zieliński",
  auditor: "Ingrid Solheim",
  cfo: "David Okafor",
};

/** One person per role, so that one click signs in as any of them. They have no password. */
export async function seedDemoPeople(ctx: { postgres: Postgres; clock: Clock; estate: Estate }): Promise<void> {
  for (const role of Role.options) {
    const email = demoEmail(ctx.estate, role);
    const [there] = await ctx.postgres.ask(personByEmail, { email });
    if (there) continue;
    const entities = demoEntities(ctx.estate, role);
    await addPerson(ctx, TIEOUT, { name: NAMES[role], email, role, entities }, { password: false });
  }
}

export async function demoPerson(ctx: { postgres: Postgres; estate: Estate }, role: Role): Promise<Person> {
  const [person] = await ctx.postgres.ask(personByEmail, { email: demoEmail(ctx.estate, role) });
  if (!person) throw new Error(`The demo's ${role} is missing.`);
  return person;
}

export function demoName(role: Role): string {
  return NAMES[role];
}

function demoEmail(estate: Estate, role: Role): string {
  return `${role}@${estate.estate.name}.example`;
}

/** The accountant keeps the first country's first two entities; everybody else the group, so that each entity finds three to sign. */
function demoEntities({ entities }: Estate, role: Role): "all" | string[] {
  if (role !== "accountant") return "all";
  const [first] = entities;
  return entities
    .filter(({ country }) => country === first?.country)
    .slice(0, 2)
    .map(({ id }) => id);
}
