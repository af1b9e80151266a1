import type { Certificate, SignoffContent } from "../../schemas/wire/signoff.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { auditPage } from "../store/postgres/audit.ts";
import { signoffById, signoffContent } from "../store/postgres/signoffs.ts";
import type { Asking } from "../store/postgres.ts";
import { signoffRow } from "./signoff-rows.ts";

/** A sign-off has three signatures and one end. */
const MOST_ENTRIES = 10;

/**
 * A sign-off to take away: all that was signed, who signed it and the audit entries that tell of it.
 *
 * @throws {Fault} `not-found` alike for one that does not exist and one the actor may not see
 */
export async function certificateOf(store: Asking, actor: Actor, id: string): Promise<Certificate> {
  const [stored] = await store.ask(signoffById, { id });
  const [kept] = stored ? await store.ask(signoffContent, { id }) : [];
  if (!stored || !kept || !inScope(actor, stored.entity)) throw new Fault("not-found", "There is no such sign-off.");
  const any = { before: null, actor: null, action: null, from: null, to: null, text: null, entities: null };
  const entries = await store.ask(auditPage, { ...any, limit: MOST_ENTRIES, subject: `signoff:${id}` });
  return {
    signoff: signoffRow(stored),
    digest: stored.digest,
    content: JSON.parse(kept.content) as SignoffContent,
    audit: entries.toReversed().map(({ sequence, body, nodes }) => {
      const { at, action, actor: by } = JSON.parse(body) as { at: string; action: string; actor: { name: string } };
      return { sequence, at, action, actor: by.name, hash: nodes[0]! };
    }),
  };
}
