import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CellState } from "../../schemas/wire/board.ts";
import { verdictOf, VERDICTS, type GateState } from "./verdict.ts";

/** From best to worst; a gate on its way is no better and no worse than one not due. */
const STATES: readonly (readonly CellState[])[] = [
  ["done"],
  ["running", "not-due"],
  ["at-risk"],
  ["unknown"],
  ["held"],
];

const state = fc.constantFrom(...STATES.flat());
const gate = fc.record({ state, held: fc.boolean(), signoff: fc.boolean() });
const badness = (gates: readonly GateState[]) => -VERDICTS.indexOf(verdictOf(gates));
const rank = (of: CellState) => STATES.findIndex((states) => states.includes(of));

describe("an entity's verdict", () => {
  it.each<[string, Partial<GateState>[], string]>([
    ["no gate at all", [], "closed"],
    ["every gate met", [{}, { signoff: true }], "closed"],
    ["only a signature missing", [{}, { signoff: true, state: "not-due" }], "ready"],
    ["a signature on its way", [{}, { signoff: true, state: "running" }], "ready"],
    ["something on its way", [{}, { state: "running" }, { signoff: true, state: "not-due" }], "on-course"],
    ["a deadline in danger", [{ state: "at-risk" }, { state: "not-due" }], "at-risk"],
    ["nothing known", [{ state: "unknown" }, { state: "at-risk" }], "unknown"],
    ["a deadline gone by", [{ state: "held" }, { state: "unknown" }], "late"],
    ["a signature overdue", [{ state: "held", signoff: true }], "late"],
    ["something in the way", [{ state: "held", held: true }, { state: "held" }], "held"],
  ])("with %s", (_what, gates, verdict) => {
    const whole = gates.map((each) => ({ state: "done" as const, held: false, signoff: false, ...each }));
    expect(verdictOf(whole)).toBe(verdict);
  });

  it("never grows better when a gate grows worse", () => {
    fc.assert(
      fc.property(fc.array(gate, { minLength: 1 }), fc.nat(), state, (gates, pick, worse) => {
        const at = pick % gates.length;
        fc.pre(rank(worse) >= rank(gates[at]!.state));
        const worsened = gates.with(at, { ...gates[at]!, state: worse });
        expect(badness(worsened)).toBeGreaterThanOrEqual(badness(gates));
      }),
    );
  });

  it("never grows better for another gate, nor for something known to hold one", () => {
    fc.assert(
      fc.property(fc.array(gate), gate, (gates, more) => {
        expect(badness([...gates, more])).toBeGreaterThanOrEqual(badness(gates));
        expect(badness([...gates, { ...more, held: true }])).toBeGreaterThanOrEqual(badness([...gates, more]));
      }),
    );
  });
});
