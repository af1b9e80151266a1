import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import type { Actor } from "../context.ts";
import { demand } from "../people/permit.ts";
import { countersign, type Countersigning } from "./countersign.ts";
import type { Closing } from "./look-at.ts";

/** Reviews a sign-off that another person prepared. */
export async function reviewSignoff(closing: Closing, actor: Actor, asked: Countersigning): Promise<SignoffRow> {
  demand(actor, "signoff:review");
  return countersign(closing, actor, asked, { step: "review", from: "prepared", to: "reviewed" });
}
