import type { BoardEntity, BoardHead, Verdict } from "../../schemas/wire/board.ts";
import { listed, numberWord } from "./money.ts";
import { dayAndTime, secondsBetween, span, zoneName } from "./time.ts";

export type Weight = "break" | "risk" | "unknown";

/** A piece of a sentence; an entity's name carries the colour of its verdict. */
export interface Said {
  text: string;
  entity?: string;
  weight?: Weight;
}

const FINE: readonly Verdict[] = ["closed", "ready", "on-course"];
/** Worst first, as they are told. */
const TROUBLE: { verdict: Verdict; words: string; weight: Weight }[] = [
  { verdict: "held", words: "held", weight: "break" },
  { verdict: "late", words: "late", weight: "break" },
  { verdict: "at-risk", words: "at risk", weight: "risk" },
  { verdict: "unknown", words: "unknown", weight: "unknown" },
];
/** More names than this make no sentence. */
const NAMED = 4;

/** Can the group close? “Nine of twelve entities are on course. DE01, BR01 and US02 are held.” Entities worst first. */
export function verdictOf(entities: readonly Pick<BoardEntity, "entity" | "verdict">[]): Said[] {
  const of = numberWord(entities.length).toLowerCase();
  if (entities.length === 0) return [{ text: "No entity of yours takes part in this close." }];
  const fine = entities.filter(({ verdict }) => FINE.includes(verdict));
  const said: Said[] = [];
  if (fine.length === entities.length) {
    said.push({ text: `${whole(entities)} ${be(fine.length)} ${fineWord(fine)}.` });
  } else if (entities.length > 1) {
    const lead = fine.length === 0 ? "None" : numberWord(fine.length);
    said.push({ text: `${lead} of ${of} entities ${fine.length > 1 ? "are" : "is"} on course.` });
  }
  for (const { verdict, words, weight } of TROUBLE) {
    const names = entities.filter((entity) => entity.verdict === verdict).map(({ entity }) => entity);
    if (names.length === 0) continue;
    said.push(...(said.length > 0 ? [{ text: " " }] : []), ...named(names, weight), {
      text: ` ${be(names.length)} ${words}.`,
    });
  }
  return said;
}

function whole(entities: readonly Pick<BoardEntity, "entity">[]): string {
  if (entities.length === 1) return entities[0]!.entity;
  return entities.length === 2 ? "Both entities" : `All ${numberWord(entities.length).toLowerCase()} entities`;
}

function named(names: readonly string[], weight: Weight): Said[] {
  const shown = names.length > NAMED ? names.slice(0, NAMED - 1) : names;
  const rest = names.length - shown.length;
  return shown.flatMap((entity, at): Said[] => {
    const last = at === shown.length - 1 && rest === 0;
    const before = at === 0 ? "" : last ? " and " : ", ";
    const after = at === shown.length - 1 && rest > 0 ? [{ text: ` and ${numberWord(rest).toLowerCase()} more` }] : [];
    return [...(before ? [{ text: before }] : []), { text: entity, entity, weight }, ...after];
  });
}

function fineWord(fine: readonly Pick<BoardEntity, "verdict">[]): string {
  if (fine.every(({ verdict }) => verdict === "closed")) return "closed";
  if (fine.every(({ verdict }) => verdict !== "on-course")) return "ready to sign";
  return "on course";
}

function be(count: number): string {
  return count > 1 ? "are" : "is";
}

/** What comes next and when all must be done, in the group's zone: the line under the verdict. */
export function outlookOf(head: BoardHead, entities: readonly BoardEntity[], now: string): string {
  const sentences = [missed(entities), next(head, entities, now), deadline(head, now)];
  return sentences.filter(Boolean).join(" ");
}

function missed(entities: readonly BoardEntity[]): string {
  const count = entities.flatMap(({ cells }) => cells).filter(({ timing }) => timing === "missed").length;
  if (count === 0) return "";
  return `${numberWord(count)} ${count > 1 ? "gates are" : "gate is"} past the deadline.`;
}

function next(head: BoardHead, entities: readonly BoardEntity[], now: string): string {
  const open = entities.flatMap(({ entity, cells }) =>
    cells.filter((cell) => cell.state !== "done" && cell.deadline.at > now).map((cell) => ({ entity, cell })),
  );
  const at = open.map(({ cell }) => cell.deadline.at).sort()[0];
  if (!at) return "";
  const due = open.filter(({ cell }) => cell.deadline.at === at);
  const ids = new Set(due.map(({ cell }) => cell.milestone));
  const titles = head.milestones.filter(({ id }) => ids.has(id)).map(({ title }) => title);
  const who = new Set(due.map(({ entity }) => entity));
  const whom =
    who.size === entities.length
      ? "all"
      : who.size > 3
        ? `${numberWord(who.size).toLowerCase()} entities`
        : listed([...who]);
  return `Next due: ${listed(titles)} of ${whom}, ${dayAndTime(at, head.groupZone)}, in ${span(secondsBetween(now, at))}.`;
}

function deadline(head: BoardHead, now: string): string {
  const at = head.groupDeadlineAt;
  const when = `${dayAndTime(at, head.groupZone)} ${zoneName(at, head.groupZone)}`;
  return at > now ? `The group’s deadline is ${when}.` : `The group’s deadline was ${when}.`;
}
