import { expect, test } from "vitest";
import type { KeyRow, PersonAccess, TakenRow } from "../../schemas/wire/access.ts";
import {
  browserWords,
  isLive,
  keyLook,
  keysSentence,
  limitWords,
  peopleSentence,
  proofLook,
  takenSentence,
  worstPeopleFirst,
} from "./access.ts";

const NOW = "2026-11-04T12:00:00.000Z";
const EARLIER = "2026-11-01T12:00:00.000Z";
const key = (over: Partial<KeyRow>) =>
  ({ id: "k", revokedAt: null, expiresAt: null, lastUsedAt: EARLIER, ...over }) as KeyRow;
const person = (name: string, over: Partial<PersonAccess> = {}) =>
  ({ name, waysIn: ["oidc"], secondFactor: false, taken: null, ...over }) as PersonAccess;
const role = (over: Partial<TakenRow>) =>
  ({ personName: "Priya", role: "platform", endedAt: null, endsAt: "2026-11-04T13:00:00.000Z", ...over }) as TakenRow;

test.each([
  [{}, "in use", true],
  [{ lastUsedAt: null }, "never used", true],
  [{ expiresAt: "2026-11-10T16:00:00.000Z" }, "ends in 6 d", true],
  [{ expiresAt: "2026-12-24T12:00:00.000Z" }, "in use", true],
  [{ expiresAt: NOW }, "expired", false],
  [{ revokedAt: EARLIER, expiresAt: NOW }, "revoked", false],
])("a key of %o is %s", (over, word, live) => {
  expect([keyLook(key(over), NOW).word, isLive(key(over), NOW)]).toEqual([word, live]);
});

test("a password alone is what is looked at, however else somebody gets in", () => {
  expect(proofLook(person("a", { waysIn: ["credential", "oidc"] })).tone).toBe("risk");
  expect(proofLook(person("a", { waysIn: ["credential"], secondFactor: true })).tone).toBe("tie");
  expect(proofLook(person("a")).word).toBe("identity provider");
  expect(proofLook(person("a", { waysIn: [] })).word).toBe("no password");
});

test("who acts as somebody else stands first, then passwords alone, then names", () => {
  const taken = { id: "t", role: "platform", until: NOW } as const;
  const people = [person("Ada"), person("Zoe", { taken }), person("Bo", { waysIn: ["credential"] }), person("Al")];
  expect(worstPeopleFirst(people).map(({ name }) => name)).toEqual(["Zoe", "Bo", "Ada", "Al"]);
});

test("sentences count and name", () => {
  const taken = { id: "t", role: "analyst", until: NOW } as const;
  expect(peopleSentence([person("Ada")])).toEqual({
    head: "One person gets in.",
    text: "Nobody gets in by a password alone.",
  });
  expect(peopleSentence([person("Ada", { taken }), person("Bo", { waysIn: ["credential"] })])).toEqual({
    head: "Two people get in. Ada acts as FP&A analyst for now.",
    text: "One of them gets in by a password alone.",
  });
  expect(keysSentence([], NOW)).toEqual({ head: "No key lets a machine in.", text: "" });
  expect(keysSentence([key({ lastUsedAt: null }), key({ expiresAt: "2026-11-05T12:00:00.000Z" })], NOW)).toEqual({
    head: "Two keys let a machine in.",
    text: "One ends within two weeks. One has never been used. One has no end.",
  });
  expect(takenSentence([role({}), role({ endedAt: EARLIER })], NOW)).toEqual({
    head: "Priya acts as platform owner for now.",
    text: "One was taken and ended in the last 90 days.",
  });
  expect(takenSentence([], NOW).text).toBe("No role was taken in the last 90 days.");
});

test("limits are told short, whole where there is room", () => {
  expect(limitWords("all", "every entity")).toBe("every entity");
  expect(limitWords(["DE01", "DE02"], "all")).toBe("DE01, DE02");
  expect(limitWords(["DE01", "DE02", "FR01", "GB01"], "all")).toBe("DE01 and 3 more");
});

test.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
    "Edge on Windows",
  ],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari on iOS"],
  ["curl/8.7.1", "curl/8.7.1"],
  [null, "Something that said no name"],
])("%s is told as %s", (said, told) => {
  expect(browserWords(said)).toBe(told);
});
