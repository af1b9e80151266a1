/** An estate that must not be started with: every problem found, one a line, as `file:line: what was wrong; expected …`. */
export class EstateError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    super(`The estate has ${count}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "EstateError";
    this.problems = problems;
  }
}
