import type { ExceptionCode } from "../../schemas/event/facets.ts";
import { openPlayedTower } from "../flow/played-tower.ts";
import { episodesOf, foundIn, tells } from "./episodes.ts";
import { alarmsOver, scoreAlarms, type AlarmScore } from "./incident-lookout.ts";

export interface CodeScore {
  code: ExceptionCode;
  /** Faults played, and those told of. */
  faults: number;
  found: number;
  /** Times the tower spoke of this kind, and those that were a fault. */
  told: number;
  right: number;
}

export interface EstateScore {
  estate: string;
  codes: CodeScore[];
  /** Ids of faults nothing told of. */
  missed: string[];
  /** What was called a fault and was none: instant, hold and its words. */
  falseAlarms: string[];
  /** What people were told of them, one incident for each cause. */
  incidents: AlarmScore;
}

const HOUR = 3_600_000;
/** An hour between two looks, and an hour that most collectors let pass between two readings of a ledger or a console. */
const WITHIN = 2 * HOUR;

/**
 * Plays an estate's close as its demo does, looks every hour, and compares what the tower told with the labels of the
 * script. `progress` is told the share played, 0 to 1.
 */
export async function scoreEstate(name: string, progress: (share: number) => void): Promise<EstateScore> {
  const tower = await openPlayedTower(name);
  try {
    await tower.playHistory();
    const { startsAt, endsAt, netPeriod } = tower.scenario;
    const [from, to] = [Date.parse(startsAt) + HOUR, Date.parse(endsAt) - HOUR];
    const looks = [];
    for (let at = Math.ceil(from / HOUR) * HOUR; at <= to; at += HOUR) {
      await tower.stepTo(at);
      looks.push(tower.look(netPeriod));
      progress((at - from) / (to - from));
    }
    const labels = tower.sandbox.labels().filter(({ period }) => period === netPeriod);
    // Nobody signs in a play, so that signatures are owed in the end, and rightly.
    const seen = episodesOf(looks).filter(({ hold }) => hold.code !== "handoff-overdue");
    const truth = (one: (typeof seen)[number]) => labels.some((label) => tells(tower.estate, one, label, WITHIN));
    const missed = labels.filter((label) => !foundIn(tower.estate, seen, label, WITHIN));
    const codes = new Set([...labels.map(({ code }) => code), ...seen.map(({ hold }) => hold.code)]);
    return {
      estate: name,
      codes: [...codes].sort().map((code) => {
        const played = labels.filter((label) => label.code === code);
        const told = seen.filter(({ hold }) => hold.code === code);
        return {
          ...{ code, faults: played.length, told: told.length, right: told.filter(truth).length },
          found: played.filter((label) => !missed.includes(label)).length,
        };
      }),
      missed: missed.map(({ id }) => id),
      incidents: scoreAlarms(tower.estate, alarmsOver(tower.estate, looks), labels, WITHIN),
      falseAlarms: seen
        .filter((one) => !truth(one))
        .map(({ hold, firstAt, lastAt }) => {
          const when = [firstAt, lastAt].map((each) => new Date(each).toISOString().slice(0, 16)).join("–");
          return `${when} ${hold.id}: ${hold.text}`;
        }),
    };
  } finally {
    await tower.close();
  }
}
