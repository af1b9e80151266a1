import { ROLE_TITLES } from "../../schemas/estate/role.ts";
import type { KeyRow, PersonAccess, TakenRow } from "../../schemas/wire/access.ts";
import { listed, numberWord } from "./money.ts";
import type { Look } from "./state-words.ts";
import { secondsBetween, span } from "./time.ts";

const DAY = 86_400;
/** A key that ends within this many days is worth a look. */
const SOON = 14;

/** Whether a key lets anybody in. */
export function isLive(key: Pick<KeyRow, "revokedAt" | "expiresAt">, now: string): boolean {
  return !key.revokedAt && (!key.expiresAt || key.expiresAt > now);
}

/** How a key stands, in the one vocabulary; `now` is real time. */
export function keyLook(key: Pick<KeyRow, "revokedAt" | "expiresAt" | "lastUsedAt">, now: string): Look {
  if (key.revokedAt) return { shape: "held", tone: "rest", word: "revoked" };
  if (key.expiresAt && key.expiresAt <= now) return { shape: "held", tone: "rest", word: "expired" };
  const left = key.expiresAt ? secondsBetween(now, key.expiresAt) : Infinity;
  if (left < SOON * DAY) {
    return { shape: "at-risk", tone: "risk", word: `ends in ${span(left < DAY ? left : left - (left % DAY))}` };
  }
  return key.lastUsedAt
    ? { shape: "done", tone: "tie", word: "in use" }
    : { shape: "not-due", tone: "rest", word: "never used" };
}

/** How well somebody proves who they are. */
export function proofLook({ waysIn, secondFactor }: Pick<PersonAccess, "waysIn" | "secondFactor">): Look {
  if (waysIn.includes("credential")) {
    return secondFactor
      ? { shape: "done", tone: "tie", word: "second factor" }
      : { shape: "at-risk", tone: "risk", word: "password only" };
  }
  return waysIn.length > 0
    ? { shape: "done", tone: "rest", word: "identity provider" }
    : { shape: "not-due", tone: "rest", word: "no password" };
}

/** Who acts as somebody else and who gets in by a password alone stand first, then by name. */
export function worstPeopleFirst(people: readonly PersonAccess[]): PersonAccess[] {
  const gravity = (person: PersonAccess) => (person.taken ? 0 : proofLook(person).tone === "risk" ? 1 : 2);
  return people.toSorted((a, b) => gravity(a) - gravity(b) || a.name.localeCompare(b.name));
}

/** `the whole estate`, `DE01, DE02`, `DE01 and 4 more`. */
export function limitWords(limit: "all" | readonly string[], all: string, most = 3): string {
  if (limit === "all") return all;
  return limit.length <= most ? limit.join(", ") : `${limit[0]} and ${limit.length - 1} more`;
}

/** The sentence over the people: how many, who acts as somebody else, and how they prove who they are. */
export function peopleSentence(people: readonly PersonAccess[]): { head: string; text: string } {
  const acting = people.filter(({ taken }) => taken).map(({ name, taken }) => `${name} acts as ${roleOf(taken!)}`);
  const bare = people.filter((person) => proofLook(person).word === "password only").length;
  const head = `${people.length === 1 ? "One person gets" : `${numberWord(people.length)} people get`} in.`;
  return {
    head: acting.length > 0 ? `${head} ${listed(acting)} for now.` : head,
    text:
      bare === 0
        ? "Nobody gets in by a password alone."
        : `${numberWord(bare)} of them ${bare === 1 ? "gets" : "get"} in by a password alone.`,
  };
}

/** The sentence over the keys. */
export function keysSentence(keys: readonly KeyRow[], now: string): { head: string; text: string } {
  const live = keys.filter((key) => isLive(key, now));
  const ending = live.filter((key) => keyLook(key, now).tone === "risk").length;
  const idle = live.filter(({ lastUsedAt }) => !lastUsedAt).length;
  const forever = live.filter(({ expiresAt }) => !expiresAt).length;
  const said = [
    ending > 0 && `${numberWord(ending)} ${ending === 1 ? "ends" : "end"} within two weeks.`,
    idle > 0 && `${numberWord(idle)} ${idle === 1 ? "has" : "have"} never been used.`,
    forever > 0 && `${numberWord(forever)} ${forever === 1 ? "has" : "have"} no end.`,
  ].filter(Boolean);
  const few =
    live.length === 0 ? "No key lets" : live.length === 1 ? "One key lets" : `${numberWord(live.length)} keys let`;
  return { head: `${few} a machine in.`, text: said.join(" ") };
}

/** The sentence over the roles taken. */
export function takenSentence(taken: readonly TakenRow[], now: string): { head: string; text: string } {
  const acting = taken.filter((row) => inForce(row, now)).map((row) => `${row.personName} acts as ${roleOf(row)}`);
  const past = taken.length - acting.length;
  return {
    head: acting.length > 0 ? `${listed(acting)} for now.` : "Nobody acts in a role other than their own.",
    text:
      past === 0
        ? `No ${acting.length > 0 ? "other" : "role"} was taken in the last 90 days.`
        : `${numberWord(past)} ${past === 1 ? "was" : "were"} taken and ended in the last 90 days.`,
  };
}

/** Whether a taken role still counts. */
export function inForce({ endedAt, endsAt }: Pick<TakenRow, "endedAt" | "endsAt">, now: string): boolean {
  return !endedAt && endsAt > now;
}

/** A browser and where it runs, from what it said of itself: `Chrome on Windows`. */
export function browserWords(said: string | null): string {
  if (!said) return "Something that said no name";
  const name = [/Edg\//, /Firefox\//, /Chrome\//, /Safari\//].findIndex((pattern) => pattern.test(said));
  const place = [/iPhone|iPad/, /Android/, /Windows/, /Mac OS/, /Linux/].findIndex((pattern) => pattern.test(said));
  const browser = ["Edge", "Firefox", "Chrome", "Safari"][name];
  if (!browser) return said.slice(0, 60);
  return [browser, ["iOS", "Android", "Windows", "macOS", "Linux"][place]].filter(Boolean).join(" on ");
}

function roleOf({ role }: Pick<TakenRow, "role">): string {
  // Abbreviations stay as they are.
  return ROLE_TITLES[role].replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
