import { v7 as uuidv7 } from "uuid";
import type { Role } from "../schemas/estate/role.ts";
import type { Actor, Context } from "../server/context.ts";
import { actorOfPerson } from "../server/people/identify.ts";
import { addPerson } from "../server/people/add-person.ts";
import { TIEOUT } from "../server/audit/record.ts";
import type { Closing } from "../server/signoff/look-at.ts";
import type { Postgres } from "../server/store/postgres.ts";
import type { KnownFacts } from "./known-facts.ts";
import { smallEstate } from "./small-estate.ts";

const base = smallEstate();

/** The small estate with a soft close a controller certifies after the tie-out, and a hard one for the CFO at the end. */
export const SIGNED_ESTATE = smallEstate({
  close: {
    ...base.close,
    milestones: [
      ...base.close.milestones,
      {
        id: "soft",
        title: "Soft close",
        workDay: 4,
        at: "18:00",
        after: ["ties"],
        gate: { kind: "signoff", role: "controller", close: "soft" },
        owner: "controller",
      },
      {
        id: "signed",
        title: "Signed off",
        workDay: 6,
        at: "17:00",
        after: ["pack"],
        gate: { kind: "signoff", role: "cfo" },
        owner: "cfo",
      },
    ],
  },
});

/** What verbs of the sign-off need, over given facts and an instant that can be moved. */
export function closingOver(postgres: Postgres, facts: KnownFacts, at: { now: string }): Closing {
  const ctx = { postgres, facts, estate: SIGNED_ESTATE, clock: { now: () => new Date(at.now) }, touch: () => {} };
  return { ctx: ctx as unknown as Context, collectors: () => [] };
}

/** Invites somebody and answers them as they would be at a door. */
export async function invited(
  postgres: Postgres,
  role: Role,
  over: { email?: string; entities?: "all" | string[] } = {},
): Promise<Actor> {
  const ctx = { postgres, estate: SIGNED_ESTATE, clock: { now: () => new Date() } };
  const email = over.email ?? `${uuidv7()}@small.example`;
  const asked = { name: `${role} ${email.split("@")[0]!.slice(-4)}`, email, role, entities: over.entities ?? "all" };
  const { person } = await addPerson(ctx, TIEOUT, asked, { password: false });
  return actorOfPerson(person);
}
