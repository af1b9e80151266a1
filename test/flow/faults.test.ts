import { expect, test } from "vitest";
import { runCampaign } from "../faults/campaign.ts";
import { drawInjections, KINDS } from "../faults/injections.ts";

/** Those that need nothing of the machine and little of its time; `npm run faults` does all of them, often. */
const SHORT = new Set(["kill", "vendor-token", "receiver-lost", "twice", "clock"]);
const SEED = 7;

test("the same seed draws the same injections, every kind before any comes again", () => {
  const forms = ["embedded", "served"] as const;
  const drawn = drawInjections(SEED, 60, forms);
  expect(drawInjections(SEED, 60, forms)).toEqual(drawn);
  expect(drawInjections(SEED + 1, 60, forms)).not.toEqual(drawn);
  for (const form of forms) {
    const kinds = KINDS.filter((kind) => (kind.forms as readonly string[]).includes(form)).map(({ name }) => name);
    const mine = drawn.filter((injection) => injection.form === form);
    expect(new Set(mine.slice(0, kinds.length).map(({ kind }) => kind))).toEqual(new Set(kinds));
    expect(mine).toHaveLength(30);
  }
});

test(
  "nothing is lost, posted or told twice when a process is killed and its vendors, receivers and clock are wrong",
  { timeout: 400_000 },
  async () => {
    const leftOut = new Set(KINDS.map(({ name }) => name).filter((name) => !SHORT.has(name)));
    const injections = drawInjections(SEED, SHORT.size, ["embedded"], leftOut);
    const told: string[] = [];
    const { outcomes, invariants } = await runCampaign({
      ...{ seed: SEED, form: "embedded", injections, deadline: performance.now() + 240_000 },
      tell: (line) => void told.push(line),
    });
    expect(outcomes.some(({ injection }) => injection.kind === "kill")).toBe(true);
    expect(
      invariants.flatMap(({ breaches }) => breaches),
      told.join("\n"),
    ).toEqual([]);
    expect(invariants).toHaveLength(7);
  },
);
