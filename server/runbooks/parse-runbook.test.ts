import { expect, test } from "vitest";
import { parseRunbook, RunbookError } from "./parse-runbook.ts";

const TEXT = `# Load again

Use this when a load failed.

1. Look at the run.
2. Run **Load** again. \`do: sync flow=actuals dataset=plan\`
   It takes the newest batch.
3. See it tie. \`do: check reconciliation=tie-out\`

If it fails again, call the owner.
`;

test("a runbook's numbered list is its steps, with what stands around them", () => {
  expect(parseRunbook("load-again", "Load again", TEXT)).toEqual({
    id: "load-again",
    title: "Load again",
    before: "Use this when a load failed.",
    steps: [
      { number: 1, text: "Look at the run.", act: { kind: "confirm" } },
      {
        number: 2,
        text: "Run **Load** again. \nIt takes the newest batch.",
        act: { kind: "request", act: "sync", settings: { flow: "actuals", dataset: "plan" } },
      },
      { number: 3, text: "See it tie.", act: { kind: "check", reconciliation: "tie-out" } },
    ],
    after: "If it fails again, call the owner.",
  });
});

test.each([
  ["an act nobody knows", "`do: explode`", /“explode” is no act/],
  ["a setting without a value", "`do: sync flow`", /expected name=value/],
  ["a setting nobody knows", "`do: sync colour=red`", /“colour” is no setting/],
])("%s is refused with its line", (_what, directive, message) => {
  const read = () => parseRunbook("x", "X", `# X\n\n1. Step ${directive}`);
  expect(read).toThrow(RunbookError);
  expect(read).toThrow(message);
  expect(
    (() => {
      try {
        read();
      } catch (error) {
        return (error as RunbookError).line;
      }
      return 0;
    })(),
  ).toBe(3);
});
