import type { Estate } from "../../schemas/estate/estate.ts";
import { TIEOUT } from "../audit/record.ts";
import type { Clock } from "../context.ts";
import { countPeople } from "../store/postgres/people.ts";
import type { Postgres } from "../store/postgres.ts";
import { addPerson } from "./add-person.ts";

/**
 * What to print at the start of an estate nobody can sign in to yet; empty once somebody can. With TIEOUT_ADMIN_EMAIL
 * the platform owner is made on the spot, with a first password where no identity provider is set up.
 */
export async function firstPerson(
  ctx: { postgres: Postgres; clock: Clock; estate: Estate },
  given: { adminEmail: string | undefined; oidc: boolean },
): Promise<string[]> {
  const [count] = await ctx.postgres.ask(countPeople, {});
  if ((count?.people ?? 0) > 0) return [];
  if (!given.adminEmail) {
    return [
      "Nobody can sign in yet. Start with TIEOUT_ADMIN_EMAIL=<address> to make the platform owner, or run",
      "  npm run person -- add --email <address> --name <name> --role platform",
    ];
  }
  const { password } = await addPerson(
    ctx,
    TIEOUT,
    { name: given.adminEmail, email: given.adminEmail, role: "platform", entities: "all" },
    { password: !given.oidc },
  );
  if (password === null) return [`${given.adminEmail} is platform owner and signs in through the identity provider.`];
  return [`${given.adminEmail} is platform owner. First password, shown once, to be changed: ${password}`];
}
