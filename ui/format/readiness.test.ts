import { describe, expect, test } from "vitest";
import type { EntityReadiness, PathStep } from "../../schemas/wire/readiness.ts";
import { readinessSentence, slackText, stretchesOf } from "./readiness.ts";
import { span } from "./time.ts";

const row = (verdict: EntityReadiness["verdict"], worst: string | null = "ties") =>
  ({
    entity: "DE01",
    title: "October 2026",
    verdict,
    worst,
    gates: [{ id: "ties", title: "Ties out" }],
  }) as EntityReadiness;

describe("readinessSentence", () => {
  test.each<[EntityReadiness["verdict"], string, string | null]>([
    ["closed", "DE01 has closed October 2026.", null],
    ["ready", "DE01 can close October 2026.", null],
    ["on-course", "DE01 is on course to close October 2026.", null],
    ["at-risk", "DE01 may miss the close of October 2026: ties out is at risk.", "risk"],
    ["late", "DE01 is late with October 2026: ties out is over its deadline.", "break"],
    ["held", "DE01 cannot close October 2026 yet: ties out is held.", "break"],
    ["unknown", "Whether DE01 can close October 2026 is unknown: ties out has not reported.", "unknown"],
  ])("%s", (verdict, text, weight) => expect(readinessSentence(row(verdict))).toEqual({ text, weight }));

  test("without a worst gate no cause is named", () => {
    expect(readinessSentence(row("held", null)).text).toBe("DE01 cannot close October 2026 yet.");
  });
});

const step = (milestone: string, metAt: string | null, tookMinutes: number | null, slackMinutes = 60) =>
  ({ milestone, title: milestone, state: "done", metAt, tookMinutes, slackMinutes, deadline: { at: "D" } }) as PathStep;

test("a stretch begins where the step before it was met, or as long ago as it took", () => {
  const path = [
    step("a", "2026-11-02T10:00:00.000Z", null),
    step("b", "2026-11-02T12:00:00.000Z", 30),
    step("c", null, null),
  ];
  expect(stretchesOf(path, []).map(({ fromAt }) => fromAt)).toEqual([
    null,
    "2026-11-02T11:30:00.000Z",
    "2026-11-02T12:00:00.000Z",
  ]);
});

test.each([
  ["met", 180, "3 h before its deadline"],
  ["met", -40, "40 min late"],
  [null, 120, "2 h left"],
  [null, -120, "2 h over"],
] as const)("met %s with %i minutes", (metAt, slack, text) =>
  expect(slackText(step("a", metAt, null, slack), span)).toBe(text),
);
