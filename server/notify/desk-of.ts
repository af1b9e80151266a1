import { calendarsOf } from "../close/calendars.ts";
import { handedSince, incidentsByIds, sentAlerts, type StoredAlert } from "../store/postgres/alerts.ts";
import { silencesInForce } from "../store/postgres/silences.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import type { AlertContext } from "./alert-context.ts";
import type { Desk, Letter } from "./letter.ts";

const MINUTE = 60_000;

export interface OpenDesk extends Desk {
  incidentOf(letter: Letter): StoredIncident | null;
  /** A letter goes out in this round, so those after it know. */
  going(letter: StoredAlert): void;
}

/** Everything the stages look at for one round of letters, read in four questions. */
export async function deskOf(ctx: AlertContext, letters: readonly StoredAlert[]): Promise<OpenDesk> {
  const { postgres, estate, clock } = ctx;
  const now = clock.now();
  const realNow = new Date();
  const ids = [...new Set(letters.map(({ incident }) => incident))];
  const incidents = new Map((await postgres.ask(incidentsByIds, { ids })).map((each) => [each.id, each]));
  const told = Map.groupBy(await postgres.ask(sentAlerts, { incidents: ids }), placeOf);
  const since = new Date(realNow.getTime() - MINUTE).toISOString();
  const handed = new Map((await postgres.ask(handedSince, { since })).map((each) => [each.receiver, each]));
  return {
    ...{ estate, now, realNow, calendars: calendarsOf(estate) },
    silences: await postgres.ask(silencesInForce, { now: now.toISOString() }),
    incidentOf: ({ incident }) => incidents.get(incident) ?? null,
    toldBefore: (letter) => (told.get(placeOf(letter)) ?? []).filter(({ id }) => id !== letter.id),
    lastMinute(receiver) {
      const seen = handed.get(receiver);
      return { count: seen?.count ?? 0, oldestAt: seen ? new Date(seen.oldestAt) : null };
    },
    going(letter) {
      const place = placeOf(letter);
      told.set(place, [...(told.get(place) ?? []), { ...letter, sentAt: now.toISOString() }]);
      const { receiver } = letter;
      const seen = handed.get(receiver) ?? { receiver, count: 0, oldestAt: realNow.toISOString() };
      handed.set(receiver, { ...seen, count: seen.count + 1 });
    },
  };
}

function placeOf({ incident, opening, receiver, recipient }: Letter): string {
  return [incident, opening, receiver, recipient].join("\n");
}
