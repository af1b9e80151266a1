import type { BoardEntity, Hold, Verdict } from "../../schemas/wire/board.ts";
import { listed, numberWord } from "./money.ts";

/** A board as somebody left it: verdicts, gates met, and what held it. */
export interface Look {
  at: string;
  verdicts: Record<string, Verdict>;
  /** `DE01/actuals` of every gate that was met. */
  met: string[];
  /** Ids of holds. */
  holds: string[];
}

export function lookOf(at: string, entities: readonly BoardEntity[], holds: readonly Hold[]): Look {
  return {
    at,
    verdicts: Object.fromEntries(entities.map(({ entity, verdict }) => [entity, verdict])),
    met: entities.flatMap(metBy),
    holds: holds.map(({ id }) => id),
  };
}

function metBy({ entity, cells }: BoardEntity): string[] {
  return cells.filter(({ state }) => state === "done").map(({ milestone }) => `${entity}/${milestone}`);
}

const TROUBLED: ReadonlySet<Verdict> = new Set(["held", "late", "unknown", "at-risk"]);
const WORDS: Partial<Record<Verdict, string>> = { "at-risk": "at risk", "on-course": "on course" };
/** More entities than this are counted instead of named. */
const NAMED = 4;

/**
 * What has changed since, worst first: `DE01 is held, was on course; two holds are new; five gates were met`. Null when
 * nothing has that a person would want to know.
 */
export function changedSince(look: Look, entities: readonly BoardEntity[], holds: readonly Hold[]): string | null {
  const moved = entities.filter(({ entity, verdict }) => look.verdicts[entity] && look.verdicts[entity] !== verdict);
  const met = new Set(look.met);
  const nowMet = entities.flatMap(metBy);
  const gained = nowMet.filter((gate) => !met.has(gate)).length;
  const standing = new Set(nowMet);
  const lost = look.met.filter((gate) => !standing.has(gate)).length;
  const before = new Set(look.holds);
  const after = new Set(holds.map(({ id }) => id));
  const fresh = holds.filter(({ id }) => !before.has(id)).length;
  const gone = look.holds.filter((id) => !after.has(id)).length;
  const worse = moved.filter(({ verdict }) => TROUBLED.has(verdict));
  const better = moved.filter(({ verdict }) => !TROUBLED.has(verdict));
  const said = [
    ...turned(worse, look),
    ...turned(better, look),
    ...counted(lost, "gate is no longer met", "gates are no longer met"),
    ...counted(fresh, "hold is new", "holds are new"),
    ...counted(gone, "hold is cleared", "holds are cleared"),
    ...counted(gained, "gate was met", "gates were met"),
  ];
  return said.length > 0 ? said.join("; ") : null;
}

function turned(entities: readonly BoardEntity[], look: Look): string[] {
  return [...Map.groupBy(entities, ({ entity, verdict }) => `${verdict} ${look.verdicts[entity]}`).values()].map(
    (group) => {
      const [{ entity, verdict }] = group as [BoardEntity];
      const names =
        group.length > NAMED ? `${numberWord(group.length)} entities` : listed(group.map((row) => row.entity));
      const were = group.length > 1 ? "were" : "was";
      return `${names} ${group.length > 1 ? "are" : "is"} ${word(verdict)}, ${were} ${word(look.verdicts[entity]!)}`;
    },
  );
}

function word(verdict: Verdict): string {
  return WORDS[verdict] ?? verdict;
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${numberWord(count).toLowerCase()} ${count === 1 ? one : many}`];
}
