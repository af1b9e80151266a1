import { v7 as uuidv7 } from "uuid";
import type { Preferences } from "../../schemas/wire/alert.ts";
import type { Incident } from "../../schemas/wire/incident.ts";
import { INBOX, type Reached } from "../receivers/open-receivers.ts";
import type { NewAlert } from "../store/postgres/alerts.ts";
import type { Call, Reader } from "./decide.ts";
import type { Occasion } from "./letter.ts";

export interface Addressing {
  people: readonly Reader[];
  receivers: ReadonlyMap<string, Reached>;
  chosen: ReadonlyMap<string, Preferences>;
}

/**
 * The letters of calls about one incident: everybody's inbox, and through each receiver one to a channel or one to each
 * person who wants it.
 */
export function lettersOf(
  { receivers, chosen }: Addressing,
  incident: Pick<Incident, "id" | "severity" | "reopened" | "sequence">,
  calls: readonly Call[],
  { occasion, step, at }: { occasion: Occasion; step: string; at: string },
): NewAlert[] {
  const made = new Map<string, NewAlert>();
  const add = (call: Call, receiver: string, person: Reader | null, wantsDigest: boolean) => {
    const key = [call.role, receiver, person?.id ?? ""].join("\n");
    if (made.has(key)) return;
    made.set(key, {
      ...{ id: uuidv7(), incident: incident.id, opening: incident.reopened, occasion, step },
      ...{ role: call.role, route: call.route, receiver, because: call.because, hours: call.hours },
      ...{ recipient: person?.id ?? "", recipientName: person?.name ?? "", madeAt: at, wanted: incident.sequence },
      // An inbox disturbs nobody and need not wait for the digest.
      digest: wantsDigest && call.digest ? [...call.digest] : null,
    });
  };
  for (const call of calls) {
    for (const person of call.people) add({ ...call, hours: null }, INBOX, person, false);
    for (const id of call.receivers) {
      const receiver = receivers.get(id);
      if (receiver?.addressed === "channel") add(call, id, null, true);
      if (receiver?.addressed !== "people") continue;
      for (const person of call.people) if (wants(chosen.get(person.id), incident)) add(call, id, person, true);
    }
  }
  return [...made.values()];
}

/** What people chose counts for everything but an S1. */
function wants(chosen: Preferences | undefined, { severity }: Pick<Incident, "severity">): boolean {
  if (severity === "S1" || !chosen || chosen.email === "all") return true;
  return chosen.email === "worst" && severity === "S2";
}
