import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import type { Actor } from "../context.ts";
import { latestSignoffs, type StoredSignoff } from "../store/postgres/signoffs.ts";
import type { Asking } from "../store/postgres.ts";
import { STEPS } from "../close/signoff-gate.ts";
import { inScope } from "../people/in-scope.ts";

/** Rows of the topic `signoffs/{period}`: the latest sign-off of each milestone, for those who may see the entities. */
export async function signoffRows(
  store: Asking,
  period: string,
  entities: Actor["entities"],
): Promise<Record<string, SignoffRow>> {
  const stored = await store.ask(latestSignoffs, { period });
  const seen = stored.filter(({ entity }) => inScope({ entities }, entity));
  return Object.fromEntries(seen.map((each) => [each.id, signoffRow(each)]));
}

/** A sign-off as it goes over the wire. */
export function signoffRow(stored: StoredSignoff): SignoffRow {
  const { waivers: _, signatures, ...row } = stored;
  return {
    kind: "signoff",
    ...row,
    signatures: signatures.map(({ step, personId, personName, role, statement, at }) => ({
      ...{ step, by: { id: personId, name: personName }, role, at, statement },
    })),
    next: ["prepared", "reviewed"].includes(stored.state) ? (STEPS[signatures.length] ?? null) : null,
  };
}
