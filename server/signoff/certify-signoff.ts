import { ROLE_TITLES } from "../../schemas/estate/role.ts";
import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { waiverById } from "../store/postgres/waivers.ts";
import { countersign, type Countersigning } from "./countersign.ts";
import { signedMilestone, type Closing } from "./look-at.ts";

/**
 * Certifies a sign-off that two others prepared and reviewed, as the role the milestone asks for. Whoever let a gate pass
 * that it rests on does not certify it.
 */
export async function certifySignoff(closing: Closing, actor: Actor, asked: Countersigning): Promise<SignoffRow> {
  demand(actor, "signoff:certify");
  return countersign(closing, actor, asked, {
    step: "certify",
    from: "reviewed",
    to: "certified",
    async check(person, look, { waivers }) {
      const { role } = signedMilestone(look).gate;
      if (person.role !== role) {
        const message = `This is certified as ${ROLE_TITLES[role]}; ${person.name} is ${ROLE_TITLES[person.role]}.`;
        throw new Fault("not-permitted", message);
      }
      for (const id of waivers) {
        const [waiver] = await closing.ctx.postgres.ask(waiverById, { id });
        if (waiver?.granter === person.signer)
          throw new Fault("not-permitted", `${person.name} waived a gate it rests on; another person must certify it.`);
      }
    },
  });
}
