import { describe, expect, it } from "vitest";
import type { Verdict } from "../../schemas/wire/board.ts";
import { verdictOf } from "./verdict.ts";

function said(verdicts: Record<string, Verdict>): string {
  const entities = Object.entries(verdicts).map(([entity, verdict]) => ({ entity, verdict }));
  return verdictOf(entities)
    .map(({ text }) => text)
    .join("");
}
const many = (count: number, verdict: Verdict, from = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`E${at + from}`, verdict]));

describe("verdictOf", () => {
  it("names who is held, late, at risk and unknown, worst first", () => {
    expect(said({ DE01: "held", BR01: "held", US02: "held", ...many(9, "on-course") })).toBe(
      "Nine of twelve entities are on course. DE01, BR01 and US02 are held.",
    );
    expect(said({ DE01: "unknown", FR01: "at-risk", GB01: "late", NL01: "closed" })).toBe(
      "One of four entities is on course. GB01 is late. FR01 is at risk. DE01 is unknown.",
    );
  });
  it("counts where names would make no sentence", () => {
    expect(said(many(6, "held"))).toBe("None of six entities is on course. E1, E2, E3 and three more are held.");
  });
  it.each([
    [{ DE01: "closed", DE02: "closed" }, "Both entities are closed."],
    [{ DE01: "closed", DE02: "ready" }, "Both entities are ready to sign."],
    [{ DE01: "ready", DE02: "on-course" }, "Both entities are on course."],
    [{ DE01: "on-course" }, "DE01 is on course."],
    [{}, "No entity of yours takes part in this close."],
  ] as [Record<string, Verdict>, string][])("says so when nothing is wrong: %j", (verdicts, sentence) => {
    expect(said(verdicts)).toBe(sentence);
  });
  it("says of one entity alone only how it stands", () => {
    expect(said({ DE01: "held" })).toBe("DE01 is held.");
  });
  it("colours each name by how it stands", () => {
    const pieces = verdictOf([
      { entity: "DE01", verdict: "held" },
      { entity: "DE02", verdict: "at-risk" },
    ]);
    expect(pieces.filter(({ entity }) => entity).map(({ entity, weight }) => [entity, weight])).toEqual([
      ["DE01", "break"],
      ["DE02", "risk"],
    ]);
  });
});
