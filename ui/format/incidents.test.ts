import { expect, test } from "vitest";
import type { IncidentRow } from "../../schemas/wire/incident.ts";
import { countsSentence, incidentSentence, lookOfIncident, needsFirst, whom } from "./incidents.ts";

const row = (over: Partial<IncidentRow>) =>
  ({
    number: 1,
    severity: "S2",
    state: "open",
    mine: true,
    dueAt: null,
    openedAt: "2026-11-03",
    quietSinceAt: null,
    ...over,
  }) as IncidentRow;

test.each<[string, IncidentRow[]]>([
  ["Nothing needs you now.", []],
  ["Nothing needs you now.", [row({ mine: false })]],
  ["Nothing new needs you; one is taken on.", [row({ state: "acknowledged" })]],
  ["One incident needs you.", [row({})]],
  ["One incident needs you and blocks certification.", [row({ severity: "S1" })]],
  ["Two incidents need you, one of them blocks certification.", [row({ severity: "S1" }), row({})]],
])("%s", (sentence, rows) => expect(incidentSentence(rows)).toBe(sentence));

test("what is counted is counted in words", () => {
  expect(countsSentence([row({}), row({}), row({ state: "snoozed" }), row({ state: "resolved" })])).toBe(
    "Two open, one put aside.",
  );
  expect(countsSentence([])).toBe("");
});

test("what needs somebody comes first", () => {
  const rows = [
    row({ number: 1, state: "resolved", resolvedAt: "2026-11-03" }),
    row({ number: 2, state: "snoozed", severity: "S1" }),
    row({ number: 3, dueAt: "2026-11-05" }),
    row({ number: 4, dueAt: "2026-11-04" }),
    row({ number: 5, severity: "S1" }),
    row({ number: 6, state: "resolved", resolvedAt: "2026-11-04" }),
  ];
  expect(rows.sort(needsFirst).map(({ number }) => number)).toEqual([5, 4, 3, 2, 6, 1]);
});

test("a state is said with its shape; one whose cause is gone seems mended", () => {
  expect(lookOfIncident({ state: "open", quietSinceAt: null }).word).toBe("open");
  expect(lookOfIncident({ state: "acknowledged", quietSinceAt: "2026-11-03" })).toMatchObject({ word: "seems mended" });
});

test.each([
  [[], "every entity"],
  [["DE01", "FR01"], "DE01, FR01"],
  [["DE01", "FR01", "NL01", "US01"], "DE01, FR01 and 2 more"],
])("%j are %s", (entities, words) => expect(whom(entities)).toBe(words));
