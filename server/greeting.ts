import { firstPerson } from "./people/first-person.ts";
import type { Rooms } from "./rooms.ts";

/** The last lines of a start: the one address, and how to sign in. */
export async function greeting(
  rooms: Pick<Rooms, "ctx" | "people">,
  given: { url: string; console: boolean; environment: Record<string, string | undefined> },
): Promise<string[]> {
  const { ctx, people } = rooms;
  const lines = ["", `Ready at ${given.url}`];
  if (!given.console) lines.push("The console is not built, so only the API answers. Build it with: npm run build");
  if (people.demo)
    lines.push("Sign in with one click as any role. The demo's close plays by itself; its clock is in the top bar.");
  const oidc = people.oidc;
  lines.push(...(await firstPerson(ctx, { adminEmail: given.environment.TIEOUT_ADMIN_EMAIL, oidc })));
  return lines;
}
