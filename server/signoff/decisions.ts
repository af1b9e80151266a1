import { createHash } from "node:crypto";
import { decidedBreaks } from "../breaks/decided-breaks.ts";
import { NOTHING_DECIDED, type Decisions, type EntityDecisions } from "../close/decisions.ts";
import { latestSignoffs } from "../store/postgres/signoffs.ts";
import { waiversOfPeriod } from "../store/postgres/waivers.ts";
import type { Asking } from "../store/postgres.ts";
import { signoffRow } from "./signoff-rows.ts";
import { waiverRow } from "./waiver-rows.ts";

/** What people decided on a period, as it stands this moment: sign-offs, waivers, and explanations of breaks. */
export async function decisionsOf(store: Asking, period: string): Promise<Decisions> {
  const [signoffs, waivers, breaks] = await Promise.all([
    store.ask(latestSignoffs, { period }),
    store.ask(waiversOfPeriod, { period }),
    decidedBreaks(store, period),
  ]);
  const signed = Map.groupBy(signoffs, ({ entity }) => entity);
  const waived = Map.groupBy(waivers.map(waiverRow), ({ entity }) => entity);
  const entities = new Map<string, EntityDecisions>();
  for (const entity of new Set([...signed.keys(), ...waived.keys(), ...breaks.keys()])) {
    const own = (signed.get(entity) ?? []).map((stored) => ({ ...signoffRow(stored), waivers: stored.waivers }));
    const granted = waived.get(entity) ?? [];
    const explained = breaks.get(entity) ?? NOTHING_DECIDED;
    const { settled, explanations } = explained;
    const revision = [
      ...own.map(({ id, state, changedAt }) => `${id} ${state} ${changedAt}`),
      ...granted.map(({ id, state }) => `${id} ${state}`),
      explained.revision,
    ].join("\n");
    entities.set(entity, { revision, signoffs: own, waivers: granted, settled, explanations });
  }
  return { of: (entity) => entities.get(entity) ?? NOTHING_DECIDED, digestOf: sha256 };
}

/** SHA-256 of a text in UTF-8, in hexadecimal. */
function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
