import { describe, expect, it } from "vitest";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { HopState } from "../../schemas/wire/line.ts";
import { rerunTarget } from "./rerun-target.ts";

const HOPS = ["extract", "message", "plan", "report"];

const flowWith = (driven: string[]): Flow =>
  ({
    hops: HOPS.map((dataset) => ({
      dataset,
      job: dataset,
      title: `Load ${dataset}`,
      ...(driven.includes(dataset) ? { rerun: { job: dataset, parameters: {} } } : {}),
    })),
  }) as unknown as Flow;

const standing = (states: HopState[]) =>
  states.map((state, at) => ({ dataset: HOPS[at] ?? "", systemTitle: `System of ${HOPS[at]}`, state }));

describe("rerunTarget", () => {
  it.each<[string, string[], HopState[], string | null]>([
    ["begins at the first hop that does not tie", HOPS, ["tied", "tied", "off", "carries"], "plan"],
    ["begins where nothing is known", HOPS, ["unknown", "unknown", "unknown", "unknown"], "extract"],
    ["prefers a break to what is unknown before it", HOPS, ["tied", "unknown", "off", "carries"], "plan"],
    ["begins anew where all is well", HOPS, ["tied", "tied", "tied", "tied"], "extract"],
    ["goes back to what can be driven", ["extract"], ["tied", "tied", "off", "carries"], "extract"],
    ["never begins after the break", ["report"], ["tied", "off", "carries", "carries"], null],
    ["offers nothing where nothing can be driven", [], ["tied", "off", "carries", "carries"], null],
  ])("%s", (_what, driven, states, expected) => {
    expect(rerunTarget(flowWith(driven), standing(states))?.dataset ?? null).toBe(expected);
  });
});
